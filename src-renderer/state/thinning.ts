/**
 * At most about `points` of a curve: the smallest and largest value of each bucket, in the order they occurred, so that
 * no spike is lost. The first and last points are kept.
 */
export function thin(steps: readonly number[], values: readonly number[], points: number): { steps: number[]; values: number[] } {
  const n = steps.length;
  if (n <= points) return { steps: [...steps], values: [...values] };
  const buckets = Math.max(1, Math.floor(points / 2));
  const kept: number[] = [0];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [low, high] = extremes(values, Math.floor((bucket * n) / buckets), Math.floor(((bucket + 1) * n) / buckets));
    for (const at of low < high ? [low, high] : [high, low]) if (at > kept.at(-1)!) kept.push(at);
  }
  if (kept.at(-1) !== n - 1) kept.push(n - 1);
  return { steps: kept.map((at) => steps[at]!), values: kept.map((at) => values[at]!) };
}

function extremes(values: readonly number[], from: number, to: number): [low: number, high: number] {
  let low = from;
  let high = from;
  for (let at = from; at < to; at++) {
    if (values[at]! < values[low]!) low = at;
    if (values[at]! > values[high]!) high = at;
  }
  return [low, high];
}
