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

/**
 * The range between the first and the last percentile of all values: what is left when outliers are clipped. On a logarithmic axis of the values
 * that it can show, in powers of ten. Null for fewer than two values.
 */
export function clippedRange(series: readonly Points[], logarithmic = false): [number, number] | null {
  const shown = (y: number) => Number.isFinite(y) && (!logarithmic || y > 0);
  const values = series.flatMap((one) => one.y.filter(shown)).sort((a, b) => a - b);
  if (values.length < 2) return null;
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  const edges = [at(CLIPPED_SHARE), at(1 - CLIPPED_SHARE)];
  const [low, high] = (logarithmic ? edges.map(Math.log10) : edges) as [number, number];
  const margin = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - margin, high + margin];
}
