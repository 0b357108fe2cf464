import { describe, expect, test } from 'vitest';
import { Random } from '../../src-main/evaluation/random.ts';
import { bootstrapInterval, exactValue, mean, pairedRandomisationTest, quantile } from '../../src-main/evaluation/statistics.ts';

const alternating = (length: number, ones: number) => Array.from({ length }, (_, i) => (i < ones ? 1 : 0));

describe('Random', () => {
  // Computed with an implementation in another language, itself checked on the published sequence for the state 1, 2, 3, 4.
  test.each([
    [0, [1789933344, 44971166, 2521387044, 3848737593, 1138324114]],
    [1, [393288148, 2174103013, 3814759091, 2092745082, 1865176206]],
    [2147483647, [230072531, 684329983, 4262003541, 2574601272, 496812555]],
  ])('gives the words of xoshiro128** for seed %i', (seed, words) => {
    const random = new Random(seed);
    expect(words.map(() => random.word())).toEqual(words);
  });

  test('draws every number below a bound about equally often', () => {
    const random = new Random(7);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]! += 1;
    // Standard deviation of a count: sqrt(60000 x 1/6 x 5/6) = 91.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * 91);
  });
});

describe('bootstrapInterval', () => {
  test('is about 1.96 standard errors wide on each side', () => {
    // Share 0.3 of n = 1000: standard error sqrt(0.3 x 0.7 / 1000) = 0.01449, times 1.96 = 0.0284.
    const { value, n, low, high } = bootstrapInterval(alternating(1000, 300), 2000, 1);
    expect(value).toBeCloseTo(0.3, 12);
    expect(n).toBe(1000);
    expect(Math.abs(0.3 - low - 0.0284)).toBeLessThan(0.004);
    expect(Math.abs(high - 0.3 - 0.0284)).toBeLessThan(0.004);
  });

  test('covers the true mean about 95 times in a hundred', () => {
    const random = new Random(99);
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = Array.from({ length: 60 }, () => random.below(100) / 99);
      const { low, high } = bootstrapInterval(values, 200, trial);
      if (low <= 0.5 && high >= 0.5) covered++;
    }
    expect(covered).toBeGreaterThan(300 * 0.9);
    expect(covered).toBeLessThan(300 * 0.99);
  });

  test('is the same for the same seed and another for another', () => {
    const values = Array.from({ length: 50 }, (_, i) => Math.sin(i));
    expect(bootstrapInterval(values, 200, 5)).toEqual(bootstrapInterval(values, 200, 5));
    expect(bootstrapInterval(values, 200, 6).low).not.toBe(bootstrapInterval(values, 200, 5).low);
  });

  test('has no width where all values agree, for one user, and without resamples', () => {
    expect(bootstrapInterval([1, 1, 1], 100, 1)).toEqual({ value: 1, n: 3, low: 1, high: 1 });
    expect(bootstrapInterval([0.25], 100, 1)).toEqual({ value: 0.25, n: 1, low: 0.25, high: 0.25 });
    expect(bootstrapInterval([0, 1], 0, 1)).toEqual(exactValue(0.5, 2));
  });

  test('refuses to speak about nobody, and values that are not numbers', () => {
    expect(() => bootstrapInterval([], 100, 1)).toThrow('bootstrapInterval: expected at least one value, got none');
    expect(() => bootstrapInterval([1, Number.NaN], 100, 1)).toThrow('bootstrapInterval: expected finite values, got NaN at 1');
  });
});

describe('pairedRandomisationTest', () => {
  test('comes close to the exact p value of a small case', () => {
    // Differences 1, 2, 3, 4: of the 16 sign patterns only ++++ and ---- reach |sum| = 10, so p = 2 / 16 = 0.125.
    const { difference, pValue, n } = pairedRandomisationTest([2, 4, 6, 8], [1, 2, 3, 4], 20_000, 3);
    expect(difference).toBe(2.5);
    expect(n).toBe(4);
    // Standard error: sqrt(0.125 x 0.875 / 20000) = 0.0023.
    expect(Math.abs(pValue - 0.125)).toBeLessThan(0.01);
  });

  test('finds no difference between equal runs', () => {
    const values = alternating(40, 13);
    expect(pairedRandomisationTest(values, values, 500, 1)).toEqual({ difference: 0, pValue: 1, n: 40 });
  });

  test('finds a difference that nearly every user shows', () => {
    const { pValue } = pairedRandomisationTest(alternating(100, 60), alternating(100, 20), 999, 1);
    expect(pValue).toBe(1 / 1000);
  });

  test('is two-sided: changing the runs changes the sign of the difference alone', () => {
    const a = Array.from({ length: 33 }, (_, i) => Math.sin(i * 7) + 0.2);
    const b = Array.from({ length: 33 }, (_, i) => Math.cos(i * 3));
    const forwards = pairedRandomisationTest(a, b, 400, 2);
    expect(pairedRandomisationTest(b, a, 400, 2)).toEqual({ ...forwards, difference: -forwards.difference });
  });

  test('refuses runs on different users', () => {
    expect(() => pairedRandomisationTest([1], [1, 2], 10, 1)).toThrow(
      'pairedRandomisationTest: expected the same users in both runs, got 1 and 2',
    );
  });
});

test('quantile interpolates between neighbours', () => {
  // 0.25 x 3 = 0.75 of the way from 10 to 20.
  expect(quantile([10, 20, 30, 40], 0.25)).toBe(17.5);
  expect(quantile([10, 20, 30, 40], 1)).toBe(40);
  expect(quantile([5], 0.5)).toBe(5);
  expect(mean([1, 2, 6])).toBe(3);
});
