import { createMovingAverage } from '../../../src-shared/movingAverage.ts';

/** The moving average at every value; a weight of 0 leaves the values as they are. */
export function smooth(values: readonly number[], weight: number): number[] {
  return values.map(createMovingAverage(weight));
}
