import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, floats, type HostTensors, ints, type Tensors } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { trace } from '../../src-main/engine/onnx/trace.ts';
import { TRACE_BACKEND } from '../../src-main/engine/onnx/traceBackend.ts';
import { createReferenceEngine } from '../../src-main/engine/reference/reference.ts';
import {
  attention,
  causalBias,
  crossEntropy,
  gelu,
  layerNorm,
  linearCrossEntropy,
  rmsNorm,
  silu,
} from '../../src-main/model/operations.ts';
import { runOnce, withGradients } from './engines.ts';
import { expectClose, maxDifference } from './goldenValues.ts';

/** Deterministic numbers in (-1, 1), none near 0. */
function wave(shape: number[], phase = 0, offset = 0) {
  const size = shape.reduce((a, b) => a * b, 1);
  return floats(
    Float32Array.from({ length: size }, (_, i) => offset + 0.1 + 0.9 * Math.sin(1.3 * i + phase)),
    shape,
  );
}
const positive = (shape: number[]) => wave(shape, 0, 1.5);

interface Case {
  inputs: HostTensors;
  run: (x: Tensors) => tf.Tensor;
  /** Inputs to differentiate by; none for operations without a gradient. */
  gradients?: string[];
}

const a = wave([3, 4]);
const b = wave([3, 4], 2);
const row = wave([4], 1, 2);

/** Every kernel that has a lowering, by the kernel's name; a new lowering without a case fails the last test. */
const CASES: Record<string, Case> = {
  Add: { inputs: { a, row }, run: ({ a, row }) => tf.add(a!, row!), gradients: ['a', 'row'] },
  Sub: { inputs: { a, row }, run: ({ a, row }) => tf.sub(row!, a!), gradients: ['a', 'row'] },
  Multiply: { inputs: { a, row }, run: ({ a, row }) => tf.mul(a!, row!), gradients: ['a', 'row'] },
  RealDiv: { inputs: { a, row }, run: ({ a, row }) => tf.div(a!, row!), gradients: ['a', 'row'] },
  Pow: { inputs: { row }, run: ({ row }) => tf.pow(row!, 3), gradients: ['row'] },
  Maximum: { inputs: { a, b }, run: ({ a, b }) => tf.maximum(a!, b!), gradients: ['a', 'b'] },
  Minimum: { inputs: { a, b }, run: ({ a, b }) => tf.minimum(a!, b!), gradients: ['a', 'b'] },
  Greater: { inputs: { a, b }, run: ({ a, b }) => tf.cast(tf.greater(a!, b!), 'float32') },
  GreaterEqual: { inputs: { a }, run: ({ a }) => tf.cast(tf.greaterEqual(a!, a!), 'float32') },
  Less: { inputs: { a, b }, run: ({ a, b }) => tf.cast(tf.less(a!, b!), 'float32') },
  LessEqual: { inputs: { a, b }, run: ({ a, b }) => tf.cast(tf.lessEqual(a!, b!), 'float32') },
  Equal: { inputs: { a, b }, run: ({ a, b }) => tf.cast(tf.equal(a!, tf.maximum(a!, b!)), 'float32') },
  LogicalAnd: { inputs: { a, b }, run: ({ a, b }) => tf.cast(tf.logicalAnd(tf.greater(a!, 0), tf.greater(b!, 0)), 'float32') },
  LogicalNot: { inputs: { a }, run: ({ a }) => tf.cast(tf.logicalNot(tf.greater(a!, 0)), 'float32') },
  Sqrt: { inputs: { x: positive([6]) }, run: ({ x }) => tf.sqrt(x!), gradients: ['x'] },
  Rsqrt: { inputs: { x: positive([6]) }, run: ({ x }) => tf.rsqrt(x!), gradients: ['x'] },
  Exp: { inputs: { a }, run: ({ a }) => tf.exp(a!), gradients: ['a'] },
  Log: { inputs: { x: positive([6]) }, run: ({ x }) => tf.log(x!), gradients: ['x'] },
  Tanh: { inputs: { a }, run: ({ a }) => tf.tanh(a!), gradients: ['a'] },
  Sigmoid: { inputs: { a }, run: ({ a }) => tf.sigmoid(a!), gradients: ['a'] },
  Neg: { inputs: { a }, run: ({ a }) => tf.neg(a!), gradients: ['a'] },
  Erf: { inputs: { a }, run: ({ a }) => tf.erf(a!), gradients: ['a'] },
  Relu: { inputs: { a }, run: ({ a }) => tf.relu(a!), gradients: ['a'] },
  Abs: { inputs: { a }, run: ({ a }) => tf.abs(a!), gradients: ['a'] },
  Sign: { inputs: { a }, run: ({ a }) => tf.sign(a!) },
  Sin: { inputs: { a }, run: ({ a }) => tf.sin(a!), gradients: ['a'] },
  Cos: { inputs: { a }, run: ({ a }) => tf.cos(a!), gradients: ['a'] },
  Reciprocal: { inputs: { row }, run: ({ row }) => tf.reciprocal(row!), gradients: ['row'] },
  Identity: { inputs: { a }, run: ({ a }) => tf.clone(a!), gradients: ['a'] },
  Square: { inputs: { a }, run: ({ a }) => tf.square(a!), gradients: ['a'] },
  Cast: { inputs: { i: ints(Int32Array.of(1, -2, 3), [3]) }, run: ({ i }) => tf.cast(i!, 'float32') },
  Step: { inputs: { a }, run: ({ a }) => tf.step(a!, 0.25) },
  Select: { inputs: { a, b, c: wave([3, 4], 4) }, run: ({ a, b, c }) => tf.where(tf.greater(c!, 0), a!, b!), gradients: ['a', 'b'] },
  ZerosLike: { inputs: { a }, run: ({ a }) => tf.add(a!, tf.zerosLike(a!)) },
  OnesLike: { inputs: { a }, run: ({ a }) => tf.add(a!, tf.onesLike(a!)) },
  Fill: { inputs: { a }, run: ({ a }) => tf.add(a!, tf.fill([3, 4], 7)) },
  Range: { inputs: { a }, run: ({ a }) => tf.mul(a!, tf.range(0, 4, 1)) },
  Reshape: { inputs: { a }, run: ({ a }) => tf.reshape(a!, [2, -1]), gradients: ['a'] },
  ExpandDims: { inputs: { a }, run: ({ a }) => tf.expandDims(a!, 1), gradients: ['a'] },
  Transpose: { inputs: { x: wave([2, 3, 4]) }, run: ({ x }) => tf.transpose(x!, [2, 0, 1]), gradients: ['x'] },
  Tile: { inputs: { a }, run: ({ a }) => tf.tile(a!, [2, 3]), gradients: ['a'] },
  BroadcastTo: { inputs: { row }, run: ({ row }) => tf.broadcastTo(row!, [3, 4]), gradients: ['row'] },
  Slice: { inputs: { a }, run: ({ a }) => tf.slice(a!, [1, 1], [2, -1]), gradients: ['a'] },
  PadV2: {
    inputs: { a },
    run: ({ a }) =>
      tf.pad(
        a!,
        [
          [1, 0],
          [0, 2],
        ],
        3,
      ),
    gradients: ['a'],
  },
  Concat: { inputs: { a, b }, run: ({ a, b }) => tf.concat([a!, b!], 1), gradients: ['a', 'b'] },
  Pack: { inputs: { a, b }, run: ({ a, b }) => tf.stack([a!, b!], 1), gradients: ['a', 'b'] },
  Unpack: { inputs: { a }, run: ({ a }) => tf.unstack(a!, 1)[2]!, gradients: ['a'] },
  SplitV: { inputs: { a }, run: ({ a }) => tf.mul(tf.split(a!, [1, 3], 1)[1]!, 2), gradients: ['a'] },
  BatchMatMul: {
    inputs: { x: wave([2, 3, 4]), y: wave([2, 5, 4], 1) },
    run: ({ x, y }) => tf.matMul(x!, y!, false, true),
    gradients: ['x', 'y'],
  },
  Sum: { inputs: { x: wave([2, 3, 4]) }, run: ({ x }) => tf.sum(x!, [0, 2]), gradients: ['x'] },
  Mean: { inputs: { a }, run: ({ a }) => tf.mean(a!, -1, true), gradients: ['a'] },
  Max: { inputs: { a }, run: ({ a }) => tf.max(a!, 1), gradients: ['a'] },
  Softmax: { inputs: { a }, run: ({ a }) => tf.softmax(a!), gradients: ['a'] },
  LogSoftmax: { inputs: { a }, run: ({ a }) => tf.logSoftmax(a!), gradients: ['a'] },
  GatherV2: {
    inputs: { a, i: ints(Int32Array.of(2, 0, 2, 2), [4]) },
    run: ({ a, i }) => tf.gather(a!, i as tf.Tensor1D),
    gradients: ['a'],
  },
  UnsortedSegmentSum: {
    inputs: { a, i: ints(Int32Array.of(1, 0, 1), [3]) },
    run: ({ a, i }) => tf.unsortedSegmentSum(a!, i as tf.Tensor1D, 5),
  },
  OneHot: { inputs: { i: ints(Int32Array.of(1, 0, 2), [3]) }, run: ({ i }) => tf.oneHot(i as tf.Tensor1D, 4) },
  FusedLayerNorm: {
    inputs: { a, gain: row, bias: wave([4], 3) },
    run: ({ a, gain, bias }) => layerNorm(a!, gain!, bias!),
    gradients: ['a', 'gain', 'bias'],
  },
  FusedRmsNorm: {
    inputs: { a, gain: row },
    run: ({ a, gain }) => rmsNorm(a!, gain!, 1e-5),
    gradients: ['a', 'gain'],
  },
  FusedCrossEntropy: {
    inputs: { a, i: ints(Int32Array.of(3, 0, 2), [3]), w: floats(Float32Array.of(1, 0, 0.5), [3]) },
    run: ({ a, i, w }) => crossEntropy(a!, i!, w!),
    gradients: ['a'],
  },
};

/** Checked through another case: the gradient kernel runs in the gradient of FusedCrossEntropy. */
const COVERED_BY_OTHERS = ['FusedCrossEntropyGradient'];

let onnx: Engine;
let reference: Engine;
beforeAll(async () => {
  onnx = await createOnnxEngine({ provider: 'cpu', threads: 2 });
  reference = await createReferenceEngine();
});
afterAll(async () => {
  await onnx.dispose();
  await reference.dispose();
});

/** A weighted sum, so that every element's gradient differs. */
function project(x: tf.Tensor): tf.Tensor {
  const weights = tf.reshape(tf.tensor1d(Float32Array.from({ length: x.size }, (_, i) => Math.cos(0.7 * i + 0.3))), x.shape);
  return tf.sum(tf.mul(x, weights));
}

describe('lowering', () => {
  it.each(Object.entries(CASES))('%s gives the value of the reference engine', async (name, { inputs, run }) => {
    const [expected, actual] = [
      await runOnce(reference, (x) => ({ y: run(x) }), inputs, name),
      await runOnce(onnx, (x) => ({ y: run(x) }), inputs, name),
    ];
    expectClose(actual['y']!, expected['y']!, 2e-6, name);
  });

  it('moves no number where only axes of length 1 change places', async () => {
    const inputs = { x: wave([2, 1, 3, 1]) };
    const run = (x: Tensors) => ({ y: tf.transpose(x['x']!, [1, 0, 3, 2]), z: tf.transpose(x['x']!, [2, 0, 3, 1]) });
    const { graph } = trace(run, { x: { shape: [2, 1, 3, 1], dtype: 'float32' } });
    expect(graph.nodes.map(({ operation }) => operation)).toEqual(['Reshape', 'Transpose']);
    expect(await runOnce(onnx, run, inputs, 'unit axes')).toEqual(await runOnce(reference, run, inputs, 'unit axes'));
  });

  const differentiable = Object.entries(CASES).filter(([, { gradients }]) => gradients);
  it.each(differentiable)(
    '%s gives the gradient of the reference engine and of finite differences',
    async (name, { inputs, run, gradients }) => {
      const program = withGradients(gradients!, (x) => project(run(x)));
      const [expected, actual] = [await runOnce(reference, program, inputs, `d${name}`), await runOnce(onnx, program, inputs, `d${name}`)];
      for (const input of gradients!) {
        expectClose(actual[`gradient.${input}`]!, expected[`gradient.${input}`]!, 1e-5, `${name} by ${input}`);
        const numeric = await finiteDifferences(onnx, (x) => project(run(x)), inputs, input, name);
        expect(maxDifference(actual[`gradient.${input}`]!.data, numeric), `${name} by ${input}, numerically`).toBeLessThan(5e-3);
      }
    },
  );

  it('has a case for every lowering', () => {
    const lowered = tf.getKernelsForBackend(TRACE_BACKEND).map((kernel) => kernel.kernelName);
    expect(lowered.filter((name) => !(name in CASES) && !COVERED_BY_OTHERS.includes(name))).toEqual([]);
  });

  it('names the operation and the line that used it when there is none', async () => {
    const compile = onnx.compile(({ a }) => ({ y: tf.cumsum(a!) }), {
      key: 'no lowering',
      inputs: { a: { shape: [3], dtype: 'float32' } },
    });
    await expect(compile).rejects.toThrow(/operation Cumsum has no ONNX lowering \(used at test\/engine\/lowerings\.test\.ts:\d+/);
  });
});

describe('hand-written gradients', () => {
  const q = wave([2, 2, 3, 4]);
  const k = wave([2, 2, 5, 4], 1);
  const v = wave([2, 2, 5, 4], 2);
  const h = wave([3, 4]);
  const classes = wave([6, 4], 2);
  const targets = ints(Int32Array.of(3, 0, 3), [3]);
  const shares = floats(Float32Array.of(1, 0, 0.5), [3]);
  const HAND_WRITTEN: Record<string, Required<Case>> = {
    gelu: { inputs: { a: wave([3, 5]) }, run: ({ a }) => gelu(tf.mul(a!, 3)), gradients: ['a'] },
    attention: { inputs: { q, k, v }, run: ({ q, k, v }) => attention(q!, k!, v!, null), gradients: ['q', 'k', 'v'] },
    silu: { inputs: { a: wave([3, 5]) }, run: ({ a }) => silu(tf.mul(a!, 3)), gradients: ['a'] },
    'soft-capped attention': {
      inputs: { q, k, v },
      run: ({ q, k, v }) => attention(q!, k!, v!, null, { scale: 0.7, softcap: 0.9 }),
      gradients: ['q', 'k', 'v'],
    },
    'sliding-window attention': {
      inputs: { q, k: q, v: q },
      run: ({ q, k, v }) => attention(q!, k!, v!, causalBias(3, 2)),
      gradients: ['q', 'k', 'v'],
    },
    'causal attention': {
      inputs: { q, k: q, v: q },
      run: ({ q, k, v }) => attention(q!, k!, v!, causalBias(3)),
      gradients: ['q', 'k', 'v'],
    },
    'linear cross-entropy': {
      inputs: { h, w: classes, b: wave([6], 4), i: targets, s: shares },
      run: ({ h, w, b, i, s }) => linearCrossEntropy(h!, w!, b!, i!, s!),
      gradients: ['h', 'w', 'b'],
    },
    'linear cross-entropy without a bias': {
      inputs: { h, w: classes, i: targets, s: shares },
      run: ({ h, w, i, s }) => linearCrossEntropy(h!, w!, null, i!, s!),
      gradients: ['h', 'w'],
    },
  };

  it('linear cross-entropy is the cross-entropy of the logits', async () => {
    const inputs = { h, w: classes, b: wave([6], 4), i: targets, s: shares };
    const { together, apart } = await runOnce(
      onnx,
      ({ h, w, b, i, s }) => ({
        together: linearCrossEntropy(h!, w!, b!, i!, s!),
        apart: crossEntropy(tf.add(tf.matMul(h!, w!, false, true), b!), i!, s!),
      }),
      inputs,
      'linear cross-entropy, together and apart',
    );
    expect(together!.data[0]).toBeCloseTo(apart!.data[0]!, 6);
  });

  it.each(Object.entries(HAND_WRITTEN))('of %s equals finite differences on both engines', async (name, { inputs, run, gradients }) => {
    for (const engine of [reference, onnx]) {
      const actual = await runOnce(
        engine,
        withGradients(gradients, (x) => project(run(x))),
        inputs,
        name,
      );
      for (const input of gradients) {
        const numeric = await finiteDifferences(engine, (x) => project(run(x)), inputs, input, name);
        expect(maxDifference(actual[`gradient.${input}`]!.data, numeric), `${name} by ${input}`).toBeLessThan(5e-3);
      }
    }
  });
});

/** Central differences (f(x + h) - f(x - h)) / 2h, element by element. */
async function finiteDifferences(
  engine: Engine,
  loss: (x: Tensors) => tf.Tensor,
  inputs: HostTensors,
  by: string,
  key: string,
): Promise<number[]> {
  const h = 1e-2;
  const valueAt = async (index: number, step: number) => {
    const data = Float32Array.from(inputs[by]!.data);
    data[index]! += step;
    const moved = { ...inputs, [by]: floats(data, inputs[by]!.shape) };
    return (await runOnce(engine, (x) => ({ loss: loss(x) }), moved, `numeric ${key}`))['loss']!.data[0]!;
  };
  const result: number[] = [];
  for (let i = 0; i < inputs[by]!.data.length; i++) result.push(((await valueAt(i, h)) - (await valueAt(i, -h))) / (2 * h));
  return result;
}
