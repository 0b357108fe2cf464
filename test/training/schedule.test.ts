import { describe, expect, it } from 'vitest';
import { learningRateAt } from '../../src-main/training/schedule.ts';

const schedule = { steps: 20, learningRate: 0.4, warmup: 0.2 };

describe('learningRateAt', () => {
  it('rises linearly and reaches the peak with the last warm-up step', () => {
    expect([0, 1, 2, 3].map((step) => learningRateAt(step, schedule))).toEqual([0.1, 0.2, 0.30000000000000004, 0.4]);
  });

  it('falls along half a cosine to zero', () => {
    expect(learningRateAt(4, schedule)).toBeCloseTo(0.4, 12);
    expect(learningRateAt(12, schedule)).toBeCloseTo(0.2, 12);
    expect(learningRateAt(19, schedule)).toBeCloseTo(0.2 * (1 + Math.cos((Math.PI * 15) / 16)), 12);
    expect(learningRateAt(20, schedule)).toBe(0);
  });

  it('starts at the peak without warm-up', () => {
    expect(learningRateAt(0, { ...schedule, warmup: 0 })).toBe(0.4);
  });

  it('only rises when the warm-up is the whole stage', () => {
    expect(learningRateAt(19, { ...schedule, warmup: 1 })).toBeCloseTo(0.4, 12);
  });
});
