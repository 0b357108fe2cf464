import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rankingMetrics, rankOfTarget, topIds } from '../../src-main/evaluation/ranking.ts';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';

// Ids 0 and 1 are padding and "unknown": their high scores take no part.
const scores = Float32Array.of(9, 9, 0.5, 3, 1, 3, 2);

describe('rankOfTarget', () => {
  test('counts the ids with higher scores', () => {
    // Ids 2 to 6 score 0.5, 3, 1, 3, 2: before id 6 are 3 and 5; before id 2 all four others.
    expect(rankOfTarget(scores, 6)).toBe(3);
    expect(rankOfTarget(scores, 2)).toBe(5);
  });

  test('gives equal scores the mean of their places', () => {
    // Ids 3 and 5 share the places 1 and 2.
    expect(rankOfTarget(scores, 3)).toBe(1.5);
    expect(rankOfTarget(scores, 5)).toBe(1.5);
  });

  test('gives nothing for scoring everything alike', () => {
    expect(rankOfTarget(new Float32Array(FIRST_VALUE_ID + 101), FIRST_VALUE_ID)).toBe(51);
  });

  test('takes seen items out, but never the target', () => {
    expect(rankOfTarget(scores, 6, { exclude: [3] })).toBe(2);
    expect(rankOfTarget(scores, 6, { exclude: [3, 5, 6, 2] })).toBe(1);
    expect(rankOfTarget(scores, 3, { exclude: [5, 3] })).toBe(1);
  });

  test('takes an item out once, however often it was seen, and ignores padding among the seen', () => {
    expect(rankOfTarget(scores, 2, { exclude: [3, 3, 3, 0, 1, 99] })).toBe(4);
  });

  test('can rank from id 0 on', () => {
    expect(rankOfTarget(Float32Array.of(1, 3, 2), 0, { firstId: 0 })).toBe(3);
  });

  test('agrees with sorting, filtered and not', () => {
    const score = fc.integer({ min: 0, max: 4 });
    const ids = fc.array(fc.integer({ min: 2, max: 9 }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(score, { minLength: 10, maxLength: 10 }), fc.integer({ min: 2, max: 9 }), ids, (values, target, exclude) => {
        const kept = values
          .map((value, id) => ({ value, id }))
          .filter(({ id }) => id >= 2 && (id === target || !exclude.includes(id)))
          .sort((a, b) => b.value - a.value);
        const places = kept.flatMap(({ value }, i) => (value === values[target] ? [i + 1] : []));
        const expected = places.reduce((sum, place) => sum + place, 0) / places.length;
        expect(rankOfTarget(Float32Array.from(values), target, { exclude })).toBe(expected);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('refuses a target that is padding, outside the vocabulary, or without a score', () => {
    expect(() => rankOfTarget(scores, 1)).toThrow('rankOfTarget: expected a target from 2 to 6 with a score, got 1 with 9');
    expect(() => rankOfTarget(scores, 7)).toThrow('rankOfTarget: expected a target from 2 to 6 with a score, got 7 with undefined');
    expect(() => rankOfTarget(Float32Array.of(0, 0, Number.NaN), 2)).toThrow('got 2 with NaN');
  });
});

describe('rankingMetrics', () => {
  test('follow their formulas', () => {
    // NDCG: rank 1: 1 / log2 2 = 1; rank 3: 1 / log2 4 = 0.5; rank 10: 1 / log2 11 = 0.2891; rank 11 is beyond k.
    const { hitRate, ndcg, reciprocalRank } = rankingMetrics([1, 3, 10, 11], 10);
    expect(hitRate).toEqual([1, 1, 1, 0]);
    expect(ndcg.map((value) => Number(value.toFixed(4)))).toEqual([1, 0.5, 0.2891, 0]);
    expect(reciprocalRank).toEqual([1, 1 / 3, 0.1, 1 / 11]);
  });

  test('count a shared place only when its mean is within k', () => {
    expect(rankingMetrics([10.5, 9.5], 10).hitRate).toEqual([0, 1]);
  });
});

describe('topIds', () => {
  test('lists the best ids, the smaller of equal ones first, and neither padding nor "unknown"', () => {
    expect(topIds(scores, 4)).toEqual([3, 5, 6, 4]);
  });

  test('leaves out what is excluded, and lists fewer where there are no more', () => {
    expect(topIds(scores, 10, [3, 6])).toEqual([5, 4, 2]);
  });
});
