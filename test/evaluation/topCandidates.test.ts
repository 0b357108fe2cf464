import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TopCandidates } from '../../src-main/evaluation/topCandidates.ts';

function kept(top: TopCandidates) {
  return Array.from({ length: top.size }, (_, i) => [top.beams[i], top.tokens[i], top.scores[i]]);
}

describe('TopCandidates', () => {
  test('keeps what sorting keeps, ties in the order of the offers', () => {
    const row = fc.array(fc.integer({ min: -4, max: 0 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 8 }), (rows, capacity) => {
        const logits = Float32Array.from(rows.flat());
        const top = new TopCandidates(capacity);
        for (const beam of rows.keys()) top.offerAll(beam, -beam, logits, beam * 6, 6, 2);
        const expected = rows
          .flatMap((values, beam) => values.map((value, token) => [beam, token, value - beam] as const))
          .filter(([, token]) => token !== 2)
          .sort((a, b) => b[2] - a[2])
          .slice(0, capacity);
        expect(kept(top)).toEqual(expected);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('looks at the listed tokens only', () => {
    const top = new TopCandidates(3);
    top.offerListed(0, -1, Float32Array.of(9, 9, -1, -2, 9, -0.5), 1, Int32Array.of(1, 2, 4), 2);
    expect(kept(top)).toEqual([
      [0, 4, -1.5],
      [0, 1, -2],
    ]);
  });

  test('keeps neither minus infinity nor NaN, and forgets when cleared', () => {
    const top = new TopCandidates(4);
    top.offerAll(0, 0, Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, -3), 0, 3, -1);
    expect(kept(top)).toEqual([[0, 2, -3]]);
    top.clear();
    top.offerAll(1, 0, Float32Array.of(-9), 0, 1, -1);
    expect(kept(top)).toEqual([[1, 0, -9]]);
  });
});
