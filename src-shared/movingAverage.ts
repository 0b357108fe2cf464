/**
 * Exponential moving average with the bias of its zero start removed (Kingma and Ba 2015, section 3), so that a constant
 * stays constant: m_k = w m_(k-1) + (1 - w) v_k, given as m_k / (1 - w^k).
 * @param weight w in [0, 1): 0 leaves the values as they are
 * @returns takes the values one by one and gives the average up to each; values that are not finite come back as they are
 */
export function createMovingAverage(weight: number): (value: number) => number {
  let mean = 0;
  let power = 1;
  return (value) => {
    if (weight <= 0 || !Number.isFinite(value)) return value;
    mean = weight * mean + (1 - weight) * value;
    power *= weight;
    return mean / (1 - power);
  };
}
