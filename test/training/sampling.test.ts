import { describe, expect, it } from 'vitest';
import { createEpochSampler, createLengthGroupedSampler, drawSubset } from '../../src-main/training/sampling.ts';

const options = { count: 10, seed: 3, stage: 'finetune', batchSize: 4, accumulation: 1 };
const epochOf = (sampler: ReturnType<typeof createEpochSampler>, epoch: number) =>
  Array.from({ length: 10 }, (_, index) => sampler.at(epoch * 10 + index));

describe('createEpochSampler', () => {
  it('draws every example once in each epoch, in a new order', () => {
    const sampler = createEpochSampler(options);
    const everything = Array.from({ length: 10 }, (_, index) => index);
    expect(epochOf(sampler, 0).toSorted((a, b) => a - b)).toEqual(everything);
    expect(epochOf(sampler, 1).toSorted((a, b) => a - b)).toEqual(everything);
    expect(epochOf(sampler, 0)).not.toEqual(epochOf(sampler, 1));
  });

  it('draws the same whatever was drawn before', () => {
    const used = createEpochSampler(options);
    for (let step = 0; step < 40; step++) used.batch(step, 0);
    expect(used.batch(2, 0)).toEqual(createEpochSampler(options).batch(2, 0));
  });

  it('continues into the next epoch within a batch', () => {
    const sampler = createEpochSampler(options);
    expect(sampler.batch(2, 0)).toEqual([sampler.at(8), sampler.at(9), sampler.at(10), sampler.at(11)]);
  });

  it('gives the micro-batches of a step what one large batch would hold', () => {
    const micro = createEpochSampler({ ...options, batchSize: 2, accumulation: 2 });
    expect([...micro.batch(1, 0), ...micro.batch(1, 1)]).toEqual(createEpochSampler(options).batch(1, 0));
  });

  it('draws differently for another seed or stage', () => {
    const first = createEpochSampler(options);
    expect(epochOf(createEpochSampler({ ...options, seed: 4 }), 0)).not.toEqual(epochOf(first, 0));
    expect(epochOf(createEpochSampler({ ...options, stage: 'pretrain-encoder' }), 0)).not.toEqual(epochOf(first, 0));
  });

  it('refuses to draw from nothing', () => {
    expect(() => createEpochSampler({ ...options, count: 0 })).toThrow('expected at least one example for stage "finetune", got 0');
  });
});

describe('drawSubset', () => {
  it('draws distinct indices by seed, and everything when there is not more', () => {
    const drawn = drawSubset(1000, 20, 1, 'test users');
    expect(new Set(drawn).size).toBe(20);
    expect(drawSubset(1000, 20, 1, 'test users')).toEqual(drawn);
    expect(drawSubset(1000, 20, 2, 'test users')).not.toEqual(drawn);
    expect(drawSubset(3, 20, 1, 'test users')).toEqual([0, 1, 2]);
  });
});

describe('createLengthGroupedSampler', () => {
  const options = { count: 96, seed: 3, stage: 'finetune', batchSize: 4, accumulation: 1 };
  const lengthOf = (index: number) => (index * 7) % 31;

  it('gives every example once an epoch', () => {
    const sampler = createLengthGroupedSampler(options, lengthOf);
    const drawn = Array.from({ length: 24 }, (_, step) => sampler.batch(step, 0)).flat();
    expect(drawn.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 96 }, (_, index) => index));
  });

  it('puts examples of like length together', () => {
    const spread = (batch: number[]) => Math.max(...batch.map(lengthOf)) - Math.min(...batch.map(lengthOf));
    const total = (sampler: { batch(step: number, micro: number): number[] }) =>
      Array.from({ length: 24 }, (_, step) => spread(sampler.batch(step, 0))).reduce((sum, value) => sum + value);
    expect(total(createLengthGroupedSampler(options, lengthOf))).toBeLessThan(total(createEpochSampler(options)) / 3);
  });

  it('draws a batch that depends on its number alone', () => {
    const [first, second] = [createLengthGroupedSampler(options, lengthOf), createLengthGroupedSampler(options, lengthOf)];
    const inOrder = Array.from({ length: 20 }, (_, step) => first.batch(step, 0));
    expect(second.batch(13, 0)).toEqual(inOrder[13]);
    expect(second.batch(2, 0)).toEqual(inOrder[2]);
  });
});
