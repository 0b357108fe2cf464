import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { floats } from '../../src-main/engine/engine.ts';
import { readCheckpoint, writeCheckpoint } from '../../src-main/experiment/checkpoints.ts';
import { hashDescription } from '../../src-main/experiment/sharedStages.ts';
import { writeSafetensors } from '../../src-main/store/safetensors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tensor = (...values: number[]) => floats(Float32Array.from(values), [values.length]);

describe('a checkpoint', () => {
  it('comes back bit by bit, with step, loss and seconds', async () => {
    const path = join(folder, 'finetune-7.safetensors');
    const state = {
      step: 7,
      loss: 0.1 + 0.2,
      parameters: { 'lm.layers.0/odd.weight': tensor(1, -0, 1e-38), 'lm.frozen': tensor(3) },
      firstMoments: { 'lm.layers.0/odd.weight': tensor(0.5, 0.25, 0.125) },
      secondMoments: { 'lm.layers.0/odd.weight': tensor(5, 6, 7) },
    };
    const sizeBytes = await writeCheckpoint(path, { state, seconds: 1.5 });
    expect(sizeBytes).toBeGreaterThan(40);
    expect(readCheckpoint(path)).toEqual({ state, seconds: 1.5 });
  });

  it('may be from before the first step', async () => {
    const path = join(folder, 'finetune-0.safetensors');
    const state = { step: 0, loss: null, parameters: { a: tensor(1) }, firstMoments: {}, secondMoments: {} };
    await writeCheckpoint(path, { state, seconds: 0 });
    expect(readCheckpoint(path).state).toEqual(state);
  });

  it('is refused when the file is of another kind', async () => {
    const path = join(folder, 'other.safetensors');
    await writeSafetensors(path, { a: tensor(1) }, {});
    expect(() => readCheckpoint(path)).toThrow(`${path}: expected a checkpoint of format userllm-checkpoint-1, got none`);
  });
});

describe('hashDescription', () => {
  it('depends on content, not on the order of keys', () => {
    expect(hashDescription({ a: 1, b: { c: [1, 2], d: 2 } })).toBe(hashDescription({ b: { d: 2, c: [1, 2] }, a: 1 }));
    expect(hashDescription({ a: [1, 2] })).not.toBe(hashDescription({ a: [2, 1] }));
    expect(hashDescription({ a: 1 })).not.toBe(hashDescription({ a: 2 }));
  });
});
