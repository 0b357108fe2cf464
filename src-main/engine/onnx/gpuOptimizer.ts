import * as tf from '@tensorflow/tfjs-core';
import {
  type AdamWOptions,
  type DeviceTensors,
  type Engine,
  floats,
  type Optimizer,
  type Program,
  sizeOf,
  type TensorSpec,
  type Tensors,
} from '../engine.ts';
import type { GpuDeviceTensor } from './gpuDevice.ts';

const SCALAR: TensorSpec = { shape: [], dtype: 'float32' };
const HYPERPARAMETERS = ['gradientScale', 'rate', 'rootScale', 'decayRate'] as const;

/** AdamW as compiled programs over GPU buffers: one for the gradient norm, one for the update. Nothing but scalars travels. */
export class GpuOptimizer implements Optimizer {
  steps = 0;
  readonly firstMoments: DeviceTensors;
  readonly secondMoments: DeviceTensors;
  private readonly parameters: Record<string, GpuDeviceTensor>;
  private readonly options: AdamWOptions;
  private readonly programs: { norm: Program; update: Program; add: Program };
  private sums: DeviceTensors | null = null;

  private constructor(
    parameters: Record<string, GpuDeviceTensor>,
    options: AdamWOptions,
    moments: { first: DeviceTensors; second: DeviceTensors },
    programs: GpuOptimizer['programs'],
  ) {
    this.parameters = parameters;
    this.options = options;
    this.firstMoments = moments.first;
    this.secondMoments = moments.second;
    this.programs = programs;
  }

  static async create(engine: Engine, parameters: Record<string, GpuDeviceTensor>, options: AdamWOptions): Promise<GpuOptimizer> {
    const names = Object.keys(parameters).sort();
    const specs = (prefix: string) => Object.fromEntries(names.map((name) => [`${prefix}${name}`, parameters[name]!]));
    const norm = await engine.compile((inputs) => ({ squares: sumOfSquares(names.map((name) => inputs[`g:${name}`]!)) }), {
      key: 'adamw.norm',
      inputs: specOf(specs('g:')),
    });
    const update = await engine.compile((inputs) => updateAll(names, options, inputs), {
      key: `adamw.update ${JSON.stringify([options.beta1, options.beta2, options.epsilon, [...options.decayed].sort()])}`,
      inputs: {
        ...specOf({ ...specs('p:'), ...specs('m:'), ...specs('v:'), ...specs('g:') }),
        ...Object.fromEntries(HYPERPARAMETERS.map((h) => [h, SCALAR])),
      },
      deviceOutputs: names.flatMap((name) => [`p:${name}`, `m:${name}`, `v:${name}`]),
    });
    const add = await engine.compile(
      (inputs) => Object.fromEntries(names.map((name) => [name, tf.add(inputs[`s:${name}`]!, inputs[`g:${name}`]!)])),
      {
        key: 'adamw.add',
        inputs: specOf({ ...specs('s:'), ...specs('g:') }),
        deviceOutputs: names,
      },
    );
    const moments = { first: await zeros(engine, parameters), second: await zeros(engine, parameters) };
    return new GpuOptimizer(parameters, options, moments, { norm, update, add });
  }

  async accumulate(gradients: DeviceTensors): Promise<void> {
    if (this.sums) {
      const { device } = await this.programs.add.run({ ...prefixed('s:', this.sums), ...prefixed('g:', gradients) });
      this.replace(this.sums, device);
    } else {
      // The gradients' buffers are used again by the caller: the first sum is a copy, gradients + 0.
      const nothing = Object.fromEntries(
        Object.entries(this.firstMoments).map(([name, m]) => [name, floats(new Float32Array(sizeOf(m.shape)), m.shape)]),
      );
      const { device } = await this.programs.add.run({ ...prefixed('s:', nothing), ...prefixed('g:', gradients) });
      this.sums = device;
    }
  }

  async step({ learningRate, gradients, scale = 1 }: { learningRate: number; gradients?: DeviceTensors; scale?: number }) {
    const source = gradients ?? this.sums;
    if (!source) throw new Error('AdamW: expected gradients, or accumulate() before step()');
    const { host } = await this.programs.norm.run(prefixed('g:', source));
    const gradientNorm = Math.abs(scale) * Math.sqrt(host['squares']!.data[0]!);
    const { clipNorm, beta1, beta2, weightDecay } = this.options;
    this.steps += 1;
    const scalars = {
      gradientScale: scale * (gradientNorm > clipNorm ? clipNorm / gradientNorm : 1),
      rate: learningRate / (1 - beta1 ** this.steps),
      rootScale: 1 / Math.sqrt(1 - beta2 ** this.steps),
      decayRate: learningRate * weightDecay,
    };
    const { device } = await this.programs.update.run({
      ...prefixed('p:', this.parameters),
      ...prefixed('m:', this.firstMoments),
      ...prefixed('v:', this.secondMoments),
      ...prefixed('g:', source),
      ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, floats(Float32Array.of(value), [])])),
    });
    this.replace(this.parameters, unprefixed('p:', device));
    this.replace(this.firstMoments, unprefixed('m:', device));
    this.replace(this.secondMoments, unprefixed('v:', device));
    if (!gradients) this.clearSums();
    return { gradientNorm };
  }

  private replace(old: DeviceTensors, fresh: DeviceTensors): void {
    for (const [name, tensor] of Object.entries(old)) (tensor as GpuDeviceTensor).exchange(fresh[name] as GpuDeviceTensor);
  }

  private clearSums(): void {
    for (const sum of Object.values(this.sums ?? {})) sum.dispose();
    this.sums = null;
  }

  dispose(): void {
    this.clearSums();
    for (const moment of [...Object.values(this.firstMoments), ...Object.values(this.secondMoments)]) moment.dispose();
  }
}

function sumOfSquares(tensors: tf.Tensor[]): tf.Tensor {
  return tensors.map((tensor) => tf.sum(tf.square(tensor))).reduce((sum, next) => tf.add(sum, next));
}

function updateAll(names: string[], options: AdamWOptions, inputs: Tensors): Tensors {
  const { beta1, beta2, epsilon, decayed } = options;
  const results: Tensors = {};
  for (const name of names) {
    const gradient = tf.mul(inputs[`g:${name}`]!, inputs['gradientScale']!);
    const first = tf.add(tf.mul(inputs[`m:${name}`]!, beta1), tf.mul(gradient, 1 - beta1));
    const second = tf.add(tf.mul(inputs[`v:${name}`]!, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const direction = tf.div(tf.mul(first, inputs['rate']!), tf.add(tf.mul(tf.sqrt(second), inputs['rootScale']!), epsilon));
    const parameter = inputs[`p:${name}`]!;
    const kept = decayed.has(name) ? tf.sub(parameter, tf.mul(parameter, inputs['decayRate']!)) : parameter;
    results[`p:${name}`] = tf.sub(kept, direction);
    results[`m:${name}`] = first;
    results[`v:${name}`] = second;
  }
  return results;
}

function specOf(tensors: Record<string, TensorSpec>): Record<string, TensorSpec> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
}

function prefixed<T>(prefix: string, tensors: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}

function unprefixed<T>(prefix: string, tensors: Record<string, T>): Record<string, T> {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

async function zeros(engine: Engine, parameters: DeviceTensors): Promise<DeviceTensors> {
  const result: DeviceTensors = {};
  for (const [name, { shape }] of Object.entries(parameters))
    result[name] = await engine.upload(floats(new Float32Array(sizeOf(shape)), shape));
  return result;
}
