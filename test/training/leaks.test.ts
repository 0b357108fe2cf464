import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../src-main/engine/engine.ts';
import { HostMemory } from '../../src-main/engine/onnx/hostMemory.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { createReferenceEngine } from '../../src-main/engine/reference/reference.ts';
import { initializeParameters } from '../../src-main/model/parameters.ts';
import { textLoss } from '../../src-main/model/personalised.ts';
import { train } from '../../src-main/training/trainer.ts';
import { SMALL_SHAPE, smallBatch, smallSpecs } from '../engine/smallModel.ts';

vi.setConfig({ testTimeout: 60_000 });

const STEPS = 100;
/** By then every program is compiled. */
const SETTLED = 10;

afterEach(() => vi.restoreAllMocks());

/** @param measure called after every step */
async function trainPersonalised(engine: Engine, measure: (step: number) => void): Promise<void> {
  const specs = smallSpecs();
  await train({
    engine,
    stage: 'finetune',
    key: 'leaks',
    loss: (parameters, inputs) => textLoss(parameters, SMALL_SHAPE, inputs),
    parameters: initializeParameters(specs, 3),
    trainable: new Set(Object.keys(specs)),
    decayed: new Set(),
    optimizer: { steps: STEPS, batchSize: 4, accumulation: 2, learningRate: 1e-3, weightDecay: 0, warmup: 0.1, clipNorm: 1 },
    batch: (step, micro) => smallBatch((2 * step + micro) % 5),
    tokensIn: () => 8,
    checkpoint: { every: 7, save: async () => undefined },
    onMetrics: measure,
  });
}

describe('a hundred training steps', () => {
  it('leave no tensor behind on the reference engine', async () => {
    const engine = await createReferenceEngine();
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    await trainPersonalised(engine, () => counts.push(tf.memory().numTensors));
    expect(counts).toHaveLength(STEPS);
    expect(new Set(counts.slice(SETTLED)).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    await engine.dispose();
  });

  it('leave no tensor and no buffer behind on the onnx engine', async () => {
    const [allocate, release] = [vi.spyOn(HostMemory.prototype, 'allocate'), vi.spyOn(HostMemory.prototype, 'release')];
    const engine = await createOnnxEngine({ provider: 'cpu', threads: 1 });
    const buffers = () => allocate.mock.calls.length - release.mock.calls.length;
    const [tensorsBefore, buffersBefore] = [tf.memory().numTensors, buffers()];
    const counts: [number, number][] = [];
    await trainPersonalised(engine, () => counts.push([tf.memory().numTensors, buffers()]));
    expect(buffers()).toBe(buffersBefore);
    expect(allocate.mock.calls.length).toBeGreaterThan(100);
    expect(new Set(counts.slice(SETTLED).map((count) => count.join())).size).toBe(1);
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    await engine.dispose();
  });
});
