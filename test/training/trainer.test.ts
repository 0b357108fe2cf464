import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, floats, type HostTensors, type Tensors } from '../../src-main/engine/engine.ts';
import { createReferenceEngine } from '../../src-main/engine/reference/reference.ts';
import { seededUniform } from '../../src-main/model/parameters.ts';
import { createLossFunction } from '../../src-main/training/gradientProgram.ts';
import { type TrainingState, type TrainOptions, train } from '../../src-main/training/trainer.ts';

/** y = X w + b, to be learned from noise-free examples of w = (2, -1), b = 0.5. */
const loss = (parameters: Tensors, { x, y }: Tensors) =>
  tf.mean(tf.squaredDifference(tf.add(tf.reshape(tf.matMul(x!, parameters.weight!), [-1]), parameters.bias!), y!));

function lineBatch(seed: number, rows = 8): HostTensors {
  const uniform = seededUniform(seed);
  const x = Float32Array.from({ length: rows * 2 }, () => uniform() * 2 - 1);
  const y = Float32Array.from({ length: rows }, (_, row) => 2 * x[2 * row]! - x[2 * row + 1]! + 0.5);
  return { x: floats(x, [rows, 2]), y: floats(y, [rows]) };
}

let engine: Engine;
beforeAll(async () => {
  engine = await createReferenceEngine();
});
afterAll(() => engine.dispose());

function lineOptions(overrides: Partial<TrainOptions> = {}): TrainOptions {
  return {
    engine,
    stage: 'finetune',
    key: 'line',
    loss,
    parameters: { weight: floats(new Float32Array(2), [2, 1]), bias: floats(new Float32Array(1), []) },
    trainable: new Set(['weight', 'bias']),
    decayed: new Set(),
    optimizer: { steps: 120, batchSize: 8, accumulation: 1, learningRate: 0.2, weightDecay: 0, warmup: 0.1, clipNorm: 10 },
    batch: (step, micro) => lineBatch(1000 * step + micro),
    tokensIn: (batch) => batch.y!.shape[0]!,
    ...overrides,
  };
}

const optimizerOf = (overrides: Partial<TrainOptions['optimizer']>) => ({ ...lineOptions().optimizer, ...overrides });

/** All metrics but the timed ones. */
function recordMetrics() {
  const rows: Record<string, number>[] = [];
  const onMetrics = (step: number, { tokensPerSecond: _, memoryBytes: __, ...values }: Record<string, number>) => {
    rows.push({ step, ...values });
  };
  return { rows, onMetrics };
}

describe('train', () => {
  it('learns a line', async () => {
    const { parameters, finalLoss, stopped, stepsDone } = await train(lineOptions());
    expect(finalLoss).toBeLessThan(1e-2);
    expect(parameters.weight!.data[0]).toBeCloseTo(2, 1);
    expect(parameters.weight!.data[1]).toBeCloseTo(-1, 1);
    expect(parameters.bias!.data[0]).toBeCloseTo(0.5, 1);
    expect({ stopped, stepsDone }).toEqual({ stopped: false, stepsDone: 120 });
  });

  it('leaves frozen parameters as they were', async () => {
    const { parameters } = await train(lineOptions({ trainable: new Set(['weight']), optimizer: optimizerOf({ steps: 5 }) }));
    expect(parameters.bias!.data[0]).toBe(0);
    expect(parameters.weight!.data[0]).not.toBe(0);
  });

  it('reports the loss before the update, the scheduled rate and the gradient norm at every step', async () => {
    const { rows, onMetrics } = recordMetrics();
    await train(lineOptions({ onMetrics, optimizer: optimizerOf({ steps: 2, warmup: 0.5 }) }));
    const { x, y } = lineBatch(0);
    const truth = Array.from(y!.data);
    const meanSquare = truth.reduce((sum, value) => sum + value * value, 0) / 8;
    const slope = (feature: (row: number) => number) => truth.reduce((sum, value, row) => sum - (2 / 8) * value * feature(row), 0);
    const gradient = [slope((row) => x!.data[2 * row]!), slope((row) => x!.data[2 * row + 1]!), slope(() => 1)];
    expect(rows.map(({ step, learningRate }) => ({ step, learningRate }))).toEqual([
      { step: 1, learningRate: 0.2 },
      { step: 2, learningRate: 0.2 },
    ]);
    expect(rows[0]!.loss).toBeCloseTo(meanSquare, 5);
    expect(rows[0]!.gradientNorm).toBeCloseTo(Math.hypot(...gradient), 5);
  });

  it('averages accumulated micro-batches into the update of one large batch', async () => {
    const large = recordMetrics();
    const small = recordMetrics();
    const joined = (step: number): HostTensors => {
      const parts = [lineBatch(1000 * step), lineBatch(1000 * step + 1)];
      const join = (name: string) => Float32Array.from(parts.flatMap((part) => Array.from(part[name]!.data)));
      return { x: floats(join('x'), [16, 2]), y: floats(join('y'), [16]) };
    };
    await train(lineOptions({ onMetrics: large.onMetrics, batch: joined, optimizer: optimizerOf({ steps: 6 }) }));
    await train(lineOptions({ onMetrics: small.onMetrics, optimizer: optimizerOf({ steps: 6, accumulation: 2 }) }));
    for (const [index, row] of small.rows.entries()) {
      expect(row.loss).toBeCloseTo(large.rows[index]!.loss!, 4);
      expect(row.gradientNorm).toBeCloseTo(large.rows[index]!.gradientNorm!, 4);
    }
  });

  it('accepts batches of several shapes', async () => {
    const { finalLoss } = await train(lineOptions({ batch: (step) => lineBatch(step, 4 + (step % 3)) }));
    expect(finalLoss).toBeLessThan(5e-2);
  });

  it('continues from a checkpoint exactly as if it had never stopped', async () => {
    const whole = recordMetrics();
    const states: TrainingState[] = [];
    const checkpoint = { every: 5, save: async (state: TrainingState) => void states.push(structuredClone(state)) };
    const optimizer = optimizerOf({ steps: 12, weightDecay: 0.1, accumulation: 2 });
    const decayed = new Set(['weight', 'frozen elsewhere']);
    const expected = await train(lineOptions({ optimizer, decayed, checkpoint, onMetrics: whole.onMetrics }));
    expect(states.map(({ step }) => step)).toEqual([5, 10, 12]);
    for (const resume of states) {
      const rest = recordMetrics();
      const resumed = await train(lineOptions({ optimizer, decayed, resume, onMetrics: rest.onMetrics }));
      expect(rest.rows).toEqual(whole.rows.slice(resume.step));
      expect(resumed).toEqual(expected);
    }
  });

  it('saves a checkpoint at the step where it is stopped, once', async () => {
    const controller = new AbortController();
    const saved: number[] = [];
    const result = await train(
      lineOptions({
        signal: controller.signal,
        checkpoint: { every: 4, save: async ({ step }) => void saved.push(step) },
        onMetrics: (step) => step === 7 && controller.abort(),
      }),
    );
    expect(saved).toEqual([4, 7]);
    expect(result).toMatchObject({ stopped: true, stepsDone: 7 });
  });

  it('saves nothing when it is stopped before the first step', async () => {
    const saved: number[] = [];
    const save = async ({ step }: TrainingState) => void saved.push(step);
    const result = await train(lineOptions({ signal: AbortSignal.abort(), checkpoint: { every: 1, save } }));
    expect(saved).toEqual([]);
    expect(result).toMatchObject({ stopped: true, stepsDone: 0, finalLoss: null });
    expect(result.parameters.weight!.data).toEqual(new Float32Array(2));
  });

  it('validates on the current parameters every so often and after the last step', async () => {
    const { rows, onMetrics } = recordMetrics();
    const held = lineBatch(99);
    const validation = {
      every: 4,
      measure: async (parameters: Parameters<NonNullable<TrainOptions['validation']>['measure']>[0]) => ({
        validationLoss: await createLossFunction({ engine, key: 'line', loss, parameters })(held),
      }),
    };
    await train(lineOptions({ optimizer: optimizerOf({ steps: 10 }), validation, onMetrics }));
    const measured = rows.filter((row) => 'validationLoss' in row);
    expect(measured.map(({ step }) => step)).toEqual([4, 8, 10]);
    expect(measured[2]!.validationLoss!).toBeLessThan(measured[0]!.validationLoss!);
  });

  it('turns watched parameters into metrics', async () => {
    const { rows, onMetrics } = recordMetrics();
    const watch = { every: 2, names: ['bias'], measure: (values: HostTensors) => ({ 'gate.0': Math.tanh(values.bias!.data[0]!) }) };
    const { parameters } = await train(lineOptions({ optimizer: optimizerOf({ steps: 3 }), watch, onMetrics }));
    expect(rows.map((row) => 'gate.0' in row)).toEqual([false, true, true]);
    expect(rows[2]!['gate.0']).toBe(Math.tanh(parameters.bias!.data[0]!));
  });

  it('names step and remedy when the loss stops being a number', async () => {
    const batch = (step: number): HostTensors =>
      step < 2 ? lineBatch(step) : { ...lineBatch(step), y: floats(new Float32Array(8).fill(NaN), [8]) };
    await expect(train(lineOptions({ batch }))).rejects.toMatchObject({
      code: 'job-failed',
      message:
        'finetune: expected a finite loss, got NaN at step 3 of 120; try a lower learningRate (now 0.2), a longer warmup or a smaller clipNorm',
    });
  });

  it('passes on the failure of a batch', async () => {
    const batch = (step: number): HostTensors => {
      if (step === 3) throw new Error('row 7 is gone');
      return lineBatch(step);
    };
    await expect(train(lineOptions({ batch }))).rejects.toThrow('row 7 is gone');
  });

  it('refuses batches whose names are those of parameters', async () => {
    const batch = (step: number): HostTensors => ({ ...lineBatch(step), bias: floats(new Float32Array(1), [1]) });
    await expect(train(lineOptions({ batch }))).rejects.toThrow('must not share names, got "bias" in both');
  });

  it('returns the parameters untouched when there is nothing to do', async () => {
    const result = await train(lineOptions({ optimizer: optimizerOf({ steps: 0 }) }));
    expect(result).toMatchObject({ stepsDone: 0, finalLoss: null, stopped: false });
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await train(lineOptions({ optimizer: optimizerOf({ steps: 3 }) }));
    expect(tf.memory().numTensors).toBe(before);
  });
});
