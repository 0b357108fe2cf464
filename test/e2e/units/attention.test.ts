import { describe, expect, it } from 'vitest';
import { answerWeights, combineWeights, rankCorrelation, relative } from '../../../src-renderer/contrib/attention/weights.ts';

const layers = [
  { layer: 0, gate: 0.5, weights: [[[1, 0]], [[0, 1]]] },
  { layer: 2, gate: 0, weights: [[[0.5, 0.5]], [[0.5, 0.5]]] },
];

describe('combineWeights', () => {
  it('averages layers and heads, or takes one of them', () => {
    expect(combineWeights(layers, { layer: null, head: null, gated: false })).toEqual([[0.5, 0.5]]);
    expect(combineWeights(layers, { layer: 0, head: 0, gated: false })).toEqual([[1, 0]]);
    expect(combineWeights(layers, { layer: null, head: 1, gated: false })).toEqual([[0.25, 0.75]]);
  });

  it('counts each layer by its gate when gates are applied', () => {
    expect(combineWeights(layers, { layer: 0, head: 0, gated: true })).toEqual([[0.5, 0]]);
    expect(combineWeights(layers, { layer: 2, head: 0, gated: true })).toEqual([[0, 0]]);
    expect(combineWeights([], { layer: null, head: null, gated: true })).toEqual([]);
  });
});

describe('answerWeights', () => {
  it('averages the rows from the last token of the prompt on: each is read before a token of the answer, or its end, is written', () => {
    const tokens = [false, false, true].map((ofAnswer) => ({ text: 'x', ofAnswer }));
    expect(
      answerWeights(
        [
          [9, 9],
          [1, 0],
          [0, 1],
        ],
        tokens,
      ),
    ).toEqual([0.5, 0.5]);
    expect(answerWeights([], tokens)).toEqual([]);
  });
});

describe('relative', () => {
  it('divides by the largest', () => {
    expect(relative([1, 2, 4])).toEqual([0.25, 0.5, 1]);
    expect(relative([0, 0])).toEqual([0, 0]);
    expect(relative([])).toEqual([]);
  });
});

describe('rankCorrelation', () => {
  it("is Spearman's, with mean ranks for ties", () => {
    expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 400])).toBeCloseTo(1);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1);
    // scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]) = 0.9486832980505138
    expect(rankCorrelation([1, 2, 2, 4], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138);
  });

  it('is none for too few pairs or a constant side', () => {
    expect(rankCorrelation([1, 2], [1, 2])).toBeNull();
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
  });
});
