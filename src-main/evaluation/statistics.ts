import type { MetricValue } from '../../src-shared/run.ts';
import { Random } from './random.ts';

/** Two-sided share left outside a 95 % interval, on each side. */
const TAIL = 0.025;

/**
 * The mean of the users' values with its 95 % percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13): the 2.5 % and 97.5 %
 * quantiles of the means of `resamples` samples of n values drawn with replacement. Equal seeds give equal intervals.
 * @throws Error when there are no values or one is not finite
 */
export function bootstrapInterval(values: ArrayLike<number>, resamples: number, seed: number): MetricValue {
  const sample = checkedValues('bootstrapInterval', values);
  const random = new Random(seed);
  const n = sample.length;
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += sample[random.below(n)]!;
    means[r] = sum / n;
  }
  means.sort();
  const value = mean(sample);
  return resamples === 0 ? exactValue(value, n) : { value, n, low: quantile(means, TAIL), high: quantile(means, 1 - TAIL) };
}

/** A value to which no interval applies. */
export function exactValue(value: number, n: number): MetricValue {
  return { value, n, low: value, high: value };
}

export interface PairedTest {
  /** Mean of a - b. */
  readonly difference: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly n: number;
}

/**
 * Paired randomisation test of two runs on the same users (Fisher 1935; Noreen 1989): under the null hypothesis the sign of every user's
 * difference a_i - b_i is a coin toss. p = (1 + |{permutations with |mean| >= |observed mean|}|) / (1 + permutations).
 * @param a values of the first run by user; `b` those of the second, in the same order
 */
export function pairedRandomisationTest(a: ArrayLike<number>, b: ArrayLike<number>, permutations: number, seed: number): PairedTest {
  if (a.length !== b.length)
    throw new Error(`pairedRandomisationTest: expected the same users in both runs, got ${a.length} and ${b.length}`);
  const differences = checkedValues(
    'pairedRandomisationTest',
    Float64Array.from(a, (value, i) => value - b[i]!),
  );
  const random = new Random(seed);
  // A difference of zero is the same under either sign: only the others are tossed.
  const moving = differences.filter((difference) => difference !== 0);
  const observed = Math.abs(sum(moving));
  // Sums of the same numbers in another order of signs differ by rounding: those count as equal.
  const threshold = observed - 1e-9 * moving.reduce((total, value) => total + Math.abs(value), 0);
  let asExtreme = 0;
  for (let p = 0; p < permutations; p++) {
    if (Math.abs(randomlySignedSum(moving, random)) >= threshold) asExtreme++;
  }
  return { difference: mean(differences), pValue: (1 + asExtreme) / (1 + permutations), n: differences.length };
}

/** Each random word serves 32 signs. */
function randomlySignedSum(values: Float64Array, random: Random): number {
  let total = 0;
  let signs = 0;
  for (let i = 0; i < values.length; i++) {
    if (i % 32 === 0) signs = random.word();
    total += signs & 1 ? values[i]! : -values[i]!;
    signs >>>= 1;
  }
  return total;
}

/** The q-quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

function checkedValues(who: string, values: ArrayLike<number>): Float64Array {
  const checked = Float64Array.from(values);
  if (checked.length === 0) throw new Error(`${who}: expected at least one value, got none`);
  const broken = checked.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) throw new Error(`${who}: expected finite values, got ${checked[broken]} at ${broken}`);
  return checked;
}
