import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdamWOptions, type DeviceTensor, type Engine, floats, type ProgramOptions } from '../../src-main/engine/engine.ts';
import { createReferenceEngine } from '../../src-main/engine/reference/reference.ts';
import { followGoldenAdamW } from './goldenAdamW.ts';

const PRODUCT: ProgramOptions = {
  key: 'product',
  inputs: { left: { shape: [2], dtype: 'float32' }, right: { shape: [2], dtype: 'float32' } },
  deviceOutputs: ['product'],
};
const product = ({ left, right }: Record<string, tf.Tensor>) => ({ product: tf.mul(left!, right!), total: tf.sum(tf.mul(left!, right!)) });
const vector = (...values: number[]) => floats(Float32Array.from(values), [values.length]);
const values = async (tensor: DeviceTensor) => [...(await tensor.read()).data];

let engine: Engine;
let tensorsBefore: number;
beforeEach(async () => {
  engine = await createReferenceEngine();
  tensorsBefore = tf.memory().numTensors;
});
afterEach(async () => {
  await engine.dispose();
  expect(tf.memory().numTensors, 'tensors left after dispose()').toBe(tensorsBefore);
});

describe('a program of the eager engine', () => {
  it('knows its outputs before it runs', async () => {
    const { outputs } = await engine.compile(product, PRODUCT);
    expect(outputs).toEqual({ product: { shape: [2], dtype: 'float32' }, total: { shape: [], dtype: 'float32' } });
  });

  it('takes host and device tensors, and leaves the outputs asked for on the device', async () => {
    const program = await engine.compile(product, PRODUCT);
    const left = await engine.upload(vector(1, 2));
    const { host, device } = await program.run({ left, right: vector(3, 4) });
    expect([...host['total']!.data]).toEqual([11]);
    expect(Object.keys(host)).toEqual(['total']);
    expect(await values(device['product']!)).toEqual([3, 8]);
  });

  it('leaves nothing behind but the tensors that the caller owns', async () => {
    const program = await engine.compile(product, PRODUCT);
    const left = await engine.upload(vector(1, 2));
    for (let i = 0; i < 3; i++) {
      const { device } = await program.run({ left, right: vector(3, 4) });
      device['product']!.dispose();
    }
    expect(tf.memory().numTensors - tensorsBefore).toBe(1);
  });

  it('puts its device outputs into the tensors given for reuse', async () => {
    const program = await engine.compile(product, PRODUCT);
    const target = await engine.upload(vector(0, 0));
    const { device } = await program.run({ left: vector(1, 2), right: vector(3, 4) }, { product: target });
    expect(device['product']).toBe(target);
    expect(await values(target)).toEqual([3, 8]);
    expect(tf.memory().numTensors - tensorsBefore).toBe(1);
  });

  it('returns booleans as 0 and 1', async () => {
    const isLarge = ({ left }: Record<string, tf.Tensor>) => ({ large: tf.greater(left!, 1) });
    const program = await engine.compile(isLarge, { key: 'large', inputs: { left: PRODUCT.inputs['left']! } });
    expect(program.outputs['large']!.dtype).toBe('int32');
    const { host } = await program.run({ left: vector(1, 2) });
    expect(host['large']!.data).toEqual(Int32Array.of(0, 1));
  });

  it('may return an input; the output then lives on its own', async () => {
    const program = await engine.compile(({ left }) => ({ same: left! }), {
      key: 'same',
      inputs: { left: PRODUCT.inputs['left']! },
      deviceOutputs: ['same'],
    });
    const left = await engine.upload(vector(1, 2));
    const { device } = await program.run({ left });
    left.dispose();
    expect(await values(device['same']!)).toEqual([1, 2]);
  });

  it('is shared by equal keys and shapes, and made anew for other shapes', async () => {
    const first = await engine.compile(product, PRODUCT);
    expect(await engine.compile(product, PRODUCT)).toBe(first);
    const longer = { left: { shape: [3], dtype: 'float32' }, right: { shape: [3], dtype: 'float32' } } as const;
    expect(await engine.compile(product, { ...PRODUCT, inputs: longer })).not.toBe(first);
  });

  it('refuses what it was not compiled for', async () => {
    const program = await engine.compile(product, PRODUCT);
    const right = vector(3, 4);
    await expect(program.run({ right })).rejects.toThrow('program product: expected the input left, got none');
    await expect(program.run({ left: vector(1, 2, 3), right })).rejects.toThrow(
      'program product, input left: expected float32 [2], got float32 [3]',
    );
    await expect(program.run({ left: right, right, up: right })).rejects.toThrow(
      'program product: expected one of left, right as input, got up',
    );
    await expect(engine.compile(product, { ...PRODUCT, deviceOutputs: ['sum'] })).rejects.toThrow(
      'program product: expected one of product, total as device output, got sum',
    );
  });

  it("keeps the process's own tfjs backend as it was", async () => {
    const before = tf.getBackend();
    await engine.compile(product, PRODUCT);
    expect(tf.getBackend()).toBe(before);
  });
});

describe('a device tensor of the eager engine', () => {
  it('is a copy: later changes to the array it came from do not reach it', async () => {
    const source = vector(1, 2);
    const tensor = await engine.upload(source);
    source.data[0] = 9;
    expect(await values(tensor)).toEqual([1, 2]);
    (await tensor.read()).data[0] = 9;
    expect(await values(tensor)).toEqual([1, 2]);
  });

  it('can be written again, in the same shape only', async () => {
    const tensor = await engine.upload(vector(1, 2));
    await tensor.write(vector(3, 4));
    expect(await values(tensor)).toEqual([3, 4]);
    await expect(tensor.write(vector(1))).rejects.toThrow('DeviceTensor.write: expected float32 [2], got float32 [1]');
  });

  it('refuses to be read after it was disposed', async () => {
    const tensor = await engine.upload(vector(1, 2));
    tensor.dispose();
    tensor.dispose();
    await expect(tensor.read()).rejects.toThrow('DeviceTensor: used after dispose()');
  });
});

describe('AdamW of the eager engine', () => {
  const options: AdamWOptions = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, decayed: new Set(), clipNorm: 1 };
  const setUp = async () => {
    const parameters = { a: await engine.upload(vector(1, 2)) };
    return { parameters, optimizer: await engine.createAdamW(parameters, options) };
  };

  it('follows PyTorch over 50 updates, clipped and unclipped, with and without decay', async () => {
    const strayed = await followGoldenAdamW(engine);
    expect(Math.max(...Object.values(strayed))).toBeLessThan(5e-6);
  });

  it('takes the same step from accumulated gradients as from their scaled sum', async () => {
    const once = await setUp();
    const gradients = { a: await engine.upload(vector(0.3, -0.1)) };
    await once.optimizer.step({ learningRate: 0.1, gradients });

    const twice = await setUp();
    await twice.optimizer.accumulate({ a: await engine.upload(vector(0.2, -0.4)) });
    await twice.optimizer.accumulate({ a: await engine.upload(vector(0.4, 0.2)) });
    const { gradientNorm } = await twice.optimizer.step({ learningRate: 0.1, scale: 0.5 });

    expect(gradientNorm).toBeCloseTo(Math.hypot(0.3, 0.1), 6);
    const [expected, got] = [await values(once.parameters.a), await values(twice.parameters.a)];
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
    expect(expected[0]).not.toBe(1);
  });

  it('consumes the accumulated sum', async () => {
    const { optimizer } = await setUp();
    await optimizer.accumulate({ a: await engine.upload(vector(1, 1)) });
    await optimizer.step({ learningRate: 0.1 });
    await expect(optimizer.step({ learningRate: 0.1 })).rejects.toThrow('expected gradients, or accumulate() before');
  });

  it('goes on from restored moments and step count as if it had never stopped', async () => {
    const straight = await setUp();
    const gradients = { a: await engine.upload(vector(0.3, -0.1)) };
    for (let i = 0; i < 3; i++) await straight.optimizer.step({ learningRate: 0.1, gradients });

    const before = await setUp();
    for (let i = 0; i < 2; i++) await before.optimizer.step({ learningRate: 0.1, gradients });
    const after = await setUp();
    await after.parameters.a.write(await before.parameters.a.read());
    await after.optimizer.firstMoments['a']!.write(await before.optimizer.firstMoments['a']!.read());
    await after.optimizer.secondMoments['a']!.write(await before.optimizer.secondMoments['a']!.read());
    after.optimizer.steps = before.optimizer.steps;
    await after.optimizer.step({ learningRate: 0.1, gradients });

    expect(await values(after.parameters.a)).toEqual(await values(straight.parameters.a));
    expect(after.optimizer.steps).toBe(3);
  });

  it('refuses gradients that do not match the parameters', async () => {
    const { optimizer } = await setUp();
    const wrong = { b: await engine.upload(vector(1, 1)) };
    await expect(optimizer.step({ learningRate: 0.1, gradients: wrong })).rejects.toThrow(
      'AdamW: expected one gradient per parameter; missing: a, unknown: b',
    );
  });
});
