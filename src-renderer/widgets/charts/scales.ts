/** What a logarithmic axis cannot show, and what clipping hides. */
interface Points {
  x: readonly number[];
  y: readonly number[];
}

/** How many points of the series a logarithmic axis leaves out. */
export function countHidden(series: readonly Points[], log: { x: boolean; y: boolean }): number {
  const hidden = (one: Points) => one.y.filter((y, at) => (log.y && y <= 0) || (log.x && one.x[at]! <= 0)).length;
  return log.x || log.y ? series.reduce((sum, one) => sum + hidden(one), 0) : 0;
}

const CLIPPED_SHARE = 0.01;

/** The range between the first and the last percentile of all values: what is left when outliers are clipped. Null for fewer than two values. */
export function clippedRange(series: readonly Points[]): [number, number] | null {
  const values = series.flatMap((one) => one.y.filter(Number.isFinite)).sort((a, b) => a - b);
  if (values.length < 2) return null;
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  const [low, high] = [at(CLIPPED_SHARE), at(1 - CLIPPED_SHARE)];
  const margin = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - margin, high + margin];
}
