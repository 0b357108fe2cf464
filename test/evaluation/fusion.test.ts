import { describe, expect, test } from 'vitest';
import { chooseFusionWeight, FUSION_WEIGHTS, type FusedCandidates, fusedRank } from '../../src-main/evaluation/fusion.ts';

/** The encoder prefers the first of three, the language model the last. */
const torn = (target: number): FusedCandidates => ({
  encoder: [-1, -2, -3],
  languageModel: [-30, -20, -10],
  target,
  encoderRank: target + 1,
});

describe('fusedRank', () => {
  test("is the encoder's order at weight 0 and the language model's at 1", () => {
    expect([0, 1, 2].map((target) => fusedRank(torn(target), 0))).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((target) => fusedRank(torn(target), 1))).toEqual([3, 2, 1]);
  });

  test('weighs log-probabilities in between', () => {
    // s = (1 - w) e + w l: at w = 0.1 the sums are -3.9, -3.8, -3.7; at w = 0.05 they are -2.45, -2.9, -3.35.
    expect([0, 1, 2].map((target) => fusedRank(torn(target), 0.1))).toEqual([3, 2, 1]);
    expect([0, 1, 2].map((target) => fusedRank(torn(target), 0.05))).toEqual([1, 2, 3]);
  });

  test("leaves an item that was not proposed at the encoder's rank, whatever the weight", () => {
    expect([0, 0.5, 1].map((weight) => fusedRank({ ...torn(-1), encoderRank: 77 }, weight))).toEqual([77, 77, 77]);
  });

  test('gives equal sums the mean of their places', () => {
    const alike = { encoder: [-1, -1, -5], languageModel: [-2, -2, -2], target: 1, encoderRank: 1.5 };
    expect(fusedRank(alike, 0.5)).toBe(1.5);
  });
});

describe('chooseFusionWeight', () => {
  test('trusts the encoder where it is right, the language model where that is', () => {
    expect(chooseFusionWeight([torn(0), torn(0)])).toBe(0);
    // From 0.1 on the language model's favourite is first: the smallest such weight is taken.
    expect(chooseFusionWeight([torn(2), torn(2)])).toBe(0.1);
  });

  test('finds a mixture that beats both alone', () => {
    const encoderKnows: FusedCandidates = { encoder: [0, -9, -9], languageModel: [-1, 0, -2], target: 0, encoderRank: 1 };
    const modelKnows: FusedCandidates = { encoder: [0, -0.1, -9], languageModel: [-20, 0, -20], target: 1, encoderRank: 2 };
    const weight = chooseFusionWeight([encoderKnows, modelKnows]);
    expect(weight).toBeGreaterThan(0);
    expect(weight).toBeLessThan(1);
    expect([encoderKnows, modelKnows].map((user) => fusedRank(user, weight))).toEqual([1, 1]);
  });

  test('stays with the encoder without validation users', () => {
    expect(chooseFusionWeight([])).toBe(0);
    expect(FUSION_WEIGHTS).toHaveLength(21);
  });
});
