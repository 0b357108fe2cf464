import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src-renderer/contrib/runs/changes.ts';

describe('changesBetween', () => {
  const before = { datasetFingerprint: 'a', environment: { userllm: '0.1.0', processor: '2 x Xeon' } };

  it('says nothing of a run that is made as before', () => {
    expect(changesBetween(before, structuredClone(before))).toEqual([]);
    expect(changesBetween(before, { ...before, environment: { ...before.environment, more: '1' } })).toEqual([]);
  });

  it('names the dataset, and every part of the environment that is another', () => {
    const after = { datasetFingerprint: 'b', environment: { userllm: '0.2.0' } };
    expect(changesBetween(before, after)).toEqual([
      'the dataset has changed',
      'userllm was 0.1.0 and is 0.2.0',
      'processor was 2 x Xeon and is missing',
    ]);
  });
});
