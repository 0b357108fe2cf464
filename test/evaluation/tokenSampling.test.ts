import { describe, expect, it } from 'vitest';
import { chooseToken, type SamplingOptions } from '../../src-main/evaluation/tokenSampling.ts';
import { seededUniform } from '../../src-main/model/parameters.ts';

const PROBABILITIES = [0.1, 0.4, 0.05, 0.3, 0.15];
const SCORES = Float32Array.from(PROBABILITIES, Math.log);
const PLAIN: SamplingOptions = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1 };
const DRAWS = 20_000;

/** Share of each token among many draws. */
function shares(options: Partial<SamplingOptions>, seen: number[] = []): number[] {
  const uniform = seededUniform(7);
  const counts = PROBABILITIES.map(() => 0);
  for (let i = 0; i < DRAWS; i++) counts[chooseToken(SCORES, { ...PLAIN, ...options }, new Set(seen), uniform)]!++;
  return counts.map((count) => count / DRAWS);
}

function expectShares(actual: number[], weights: number[]): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [token, weight] of weights.entries()) expect(Math.abs(actual[token]! - weight / total)).toBeLessThan(0.015);
}

describe('chooseToken', () => {
  it('draws tokens as often as they are likely', () => expectShares(shares({}), PROBABILITIES));

  it('sharpens or flattens by the temperature', () => {
    const power = (exponent: number) => PROBABILITIES.map((p) => p ** exponent);
    expectShares(shares({ temperature: 0.5 }), power(2));
    expectShares(shares({ temperature: 2 }), power(0.5));
  });

  it('draws among the top k only, and among the fewest that reach top p', () => {
    expectShares(shares({ topK: 2 }), [0, 0.4, 0, 0.3, 0]);
    expectShares(shares({ topP: 0.8 }), [0, 0.4, 0, 0.3, 0.15]);
    expectShares(shares({ topK: 2, topP: 0.5 }), [0, 1, 0, 0, 0]);
  });

  it('makes tokens that were seen less likely by the penalty', () => {
    expectShares(shares({ repetitionPenalty: 2 }, [1]), [0.1, 0.4 ** 2, 0.05, 0.3, 0.15]);
  });

  it('takes the likeliest token without a temperature, the first of equals', () => {
    const greedy = { ...PLAIN, temperature: 0 };
    const never = () => Number.NaN;
    expect(chooseToken(SCORES, greedy, new Set(), never)).toBe(1);
    expect(chooseToken(SCORES, { ...greedy, repetitionPenalty: 5 }, new Set([1]), never)).toBe(3);
    expect(chooseToken(Float32Array.of(-1, -0.5, -0.5), greedy, new Set(), never)).toBe(1);
  });
});
