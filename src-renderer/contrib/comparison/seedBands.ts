export const BANDS = {
  range: 'min to max',
  std: 'standard deviation',
  error: 'standard error',
  interval: '95 % confidence interval',
} as const;
export type BandKind = keyof typeof BANDS;

export interface SeedCurve {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

export interface SeedBand {
  readonly steps: number[];
  readonly mean: number[];
  readonly low: number[];
  readonly high: number[];
}

/**
 * Mean over seeds, and what lies around it, at the first curve's steps as far as every curve goes. Each curve is read
 * between its own steps by a straight line: the store keeps other points of each.
 */
export function seedBand(curves: readonly SeedCurve[], kind: BandKind): SeedBand {
  const drawn = curves.filter(({ steps }) => steps.length > 0);
  const from = Math.max(...drawn.map(({ steps }) => steps[0]!));
  const to = Math.min(...drawn.map(({ steps }) => steps.at(-1)!));
  const steps = (drawn[0]?.steps ?? []).filter((step) => step >= from && step <= to);
  const columns = drawn.map((curve) => readAt(curve, steps));
  const spreads = steps.map((_, at) =>
    spreadOf(
      columns.map((column) => column[at]!),
      kind,
    ),
  );
  return { steps, mean: spreads.map(({ mean }) => mean), low: spreads.map(({ low }) => low), high: spreads.map(({ high }) => high) };
}

/** Values at ascending steps within the curve's own. */
function readAt({ steps, values }: SeedCurve, wanted: readonly number[]): number[] {
  let at = 0;
  return wanted.map((step) => {
    while (at < steps.length - 1 && steps[at + 1]! <= step) at += 1;
    const [left, right] = [steps[at]!, steps[at + 1]];
    if (right === undefined || left === step) return values[at]!;
    return values[at]! + ((values[at + 1]! - values[at]!) * (step - left)) / (right - left);
  });
}

function spreadOf(values: readonly number[], kind: BandKind): { mean: number; low: number; high: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (kind === 'range') return { mean, low: Math.min(...values), high: Math.max(...values) };
  const std = n > 1 ? Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)) : 0;
  const error = std / Math.sqrt(n);
  const half = kind === 'std' ? std : kind === 'error' ? error : studentQuantile(n - 1) * error;
  return { mean, low: mean - half, high: mean + half };
}

/** 0.975 quantiles of Student's t distribution for 1 to 10 degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const NORMAL = 1.96;

/** Beyond the table by the first term of its expansion in 1 / degrees of freedom (Abramowitz and Stegun 26.7.5); 0 for a single value. */
function studentQuantile(degrees: number): number {
  if (degrees < 1) return 0;
  return STUDENT[degrees - 1] ?? NORMAL + (NORMAL ** 3 + NORMAL) / (4 * degrees);
}
