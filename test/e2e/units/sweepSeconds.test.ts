import { describe, expect, it } from 'vitest';
import { sweepSeconds } from '../../../src-renderer/contrib/experiments/sweepSeconds.ts';
import type { Estimate } from '../../../src-shared/estimate.ts';

const stage = (name: Estimate['stages'][number]['name'], seconds: number) => ({ name, seconds, memoryBytes: 1, reused: false });

describe('the time of a sweep', () => {
  it('counts a pretraining stage as often as it is trained, everything else for every run', () => {
    const stages = [stage('pretrain-encoder', 100), stage('pretrain-language-model', 1000), stage('finetune', 10), stage('evaluate', 5)];
    const estimate = { stages, preparationSeconds: 1, seconds: 1116, memoryBytes: 1, measuredAtMs: 0 };
    const runs = ['a', 'b', 'c', 'd'].map((name) => ({ name, label: name }));
    const pretraining = [
      { stage: 'pretrain-encoder' as const, runs: 4, trainings: 2 },
      { stage: 'pretrain-language-model' as const, runs: 4, trainings: 1 },
    ];
    expect(sweepSeconds(estimate, { runs, varied: [], pretraining })).toBe(2 * 100 + 1000 + 4 * (10 + 5 + 1));
  });
});
