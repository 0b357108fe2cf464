import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { floats, type HostTensor, type HostTensors, type Tensors } from '../engine/engine.ts';
import type { ParameterSpecs } from './parameters.ts';

/** Low-rank adapters of the language model (Hu et al. 2021): y = x W + b + (alpha / rank) x A B; W stays frozen. */
export interface LoraShape {
  readonly rank: number;
  readonly alpha: number;
  /** Which matrices of every layer are adapted. */
  readonly targets: readonly LoraTarget[];
}
export type LoraTarget = 'attention' | 'feedForward';

const A = '.lora.a';
const B = '.lora.b';
const WEIGHT = '.weight';

/**
 * Adapters of the matrices of a language model's layers. A starts Kaiming-uniform (a = sqrt(5), as in the authors' code: within
 * 1 / sqrt(inputs)), B at zero: an untrained adapter changes nothing.
 * @param base specifications of the language model
 * @param outputsFirst its matrices are [outputs, inputs] (Llama's family), not [inputs, outputs]
 */
export function loraSpecs(base: ParameterSpecs, { rank, targets }: LoraShape, outputsFirst: boolean): ParameterSpecs {
  const specs: ParameterSpecs = {};
  for (const [name, { shape }] of Object.entries(base)) {
    const target = /^lm\.layers\.\d+\.(\w+)\.\w+\.weight$/.exec(name)?.[1];
    if (shape.length !== 2 || !targets.includes(target as LoraTarget)) continue;
    const [inputs, outputs] = (outputsFirst ? shape.toReversed() : shape) as [number, number];
    const prefix = name.slice(0, -WEIGHT.length);
    specs[prefix + A] = { shape: [inputs, rank], init: { uniform: 1 / Math.sqrt(inputs) }, component: 'lora', decay: true };
    specs[prefix + B] = { shape: [rank, outputs], init: 'zeros', component: 'lora', decay: true };
  }
  return specs;
}

/** Prefixes of the matrices that have adapters among these parameters: `<prefix>.weight` is adapted by `<prefix>.lora.a` and `<prefix>.lora.b`. */
export function loraMatrices(parameters: HostTensors): string[] {
  return Object.keys(parameters)
    .filter((name) => name.endsWith(A))
    .map((name) => name.slice(0, -A.length));
}

/** The parameters with every B multiplied by alpha / rank, as `adapterUpdate` reads them. */
export function scaleAdapters(parameters: Tensors, lora: LoraShape | undefined): Tensors {
  if (!lora) return parameters;
  const scaled = Object.entries(parameters).filter(([name]) => name.endsWith(B));
  return { ...parameters, ...Object.fromEntries(scaled.map(([name, b]) => [name, tf.mul(b, lora.alpha / lora.rank)])) };
}

/** x A B of the adapter beside `prefix`.weight; null where there is none. */
export function adapterUpdate(parameters: Tensors, prefix: string, x: Tensor): Tensor | null {
  const a = parameters[prefix + A];
  if (!a) return null;
  const b = parameters[prefix + B]!;
  const flat = tf.reshape(x, [-1, a.shape[0]!]);
  return tf.reshape(tf.matMul(tf.matMul(flat, a), b), [...x.shape.slice(0, -1), b.shape[1]!]);
}

/** W + (alpha / rank) A B in place of W and its adapter. Parameters without adapters come back as they are: merging twice is merging once. */
export function mergeAdapters(parameters: HostTensors, lora: LoraShape, outputsFirst: boolean): HostTensors {
  const merged: HostTensors = {};
  for (const [name, tensor] of Object.entries(parameters)) {
    if (name.endsWith(A) || name.endsWith(B)) continue;
    const prefix = name.endsWith(WEIGHT) ? name.slice(0, -WEIGHT.length) : name;
    const [a, b] = [parameters[prefix + A], parameters[prefix + B]];
    merged[name] = a && b ? floats(addProduct(tensor, a, b, { scale: lora.alpha / lora.rank, outputsFirst }), tensor.shape) : tensor;
  }
  return merged;
}

function addProduct(
  weight: HostTensor,
  a: HostTensor,
  b: HostTensor,
  { scale, outputsFirst }: { scale: number; outputsFirst: boolean },
): Float32Array {
  const [inputs, rank] = a.shape as [number, number];
  const outputs = b.shape[1]!;
  const [rowStep, columnStep] = outputsFirst ? [1, inputs] : [outputs, 1];
  const sum = Float64Array.from(weight.data);
  for (let row = 0; row < inputs; row++) {
    for (let k = 0; k < rank; k++) {
      const factor = scale * a.data[row * rank + k]!;
      for (let column = 0; column < outputs; column++) sum[row * rowStep + column * columnStep]! += factor * b.data[k * outputs + column]!;
    }
  }
  return Float32Array.from(sum);
}
