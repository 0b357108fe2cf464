import * as tf from '@tensorflow/tfjs-core';
import type { AdamWOptions, DeviceTensors, Optimizer } from '../engine.ts';
import { withBackend } from './backend.ts';
import { asEager } from './eagerProgram.ts';
import { assertSpec, type EagerTensor } from './eagerTensor.ts';

type EagerTensors = Record<string, EagerTensor>;

/** AdamW composed from tfjs operations; the formula is at `Optimizer`. */
export class EagerAdamW implements Optimizer {
  steps = 0;
  readonly firstMoments: EagerTensors;
  readonly secondMoments: EagerTensors;
  private readonly parameters: EagerTensors;
  private readonly options: AdamWOptions;
  private readonly backend: string;
  private readonly adopt: (tensor: tf.Tensor) => EagerTensor;
  private sums: EagerTensors | null = null;

  constructor(parameters: DeviceTensors, options: AdamWOptions, backend: string, adopt: (tensor: tf.Tensor) => EagerTensor) {
    this.parameters = Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, asEager(tensor, backend)]));
    for (const name of options.decayed) {
      if (!(name in parameters)) throw new Error(`AdamW: expected the decayed names among the parameters, got ${name}`);
    }
    this.options = options;
    this.backend = backend;
    this.adopt = adopt;
    this.firstMoments = this.zeros();
    this.secondMoments = this.zeros();
  }

  async accumulate(gradients: DeviceTensors): Promise<void> {
    const given = this.checked(gradients);
    this.sums ??= this.zeros();
    for (const [name, sum] of Object.entries(this.sums)) {
      sum.replace(withBackend(this.backend, () => tf.tidy(() => tf.add(sum.tensor, given[name]!.tensor))));
    }
  }

  async step(update: { learningRate: number; gradients?: DeviceTensors; scale?: number }): Promise<{ gradientNorm: number }> {
    const gradients = update.gradients ? this.checked(update.gradients) : this.sums;
    if (gradients === null) throw new Error('AdamW.step: expected gradients, or accumulate() before; got neither');
    const scale = update.scale ?? 1;
    const gradientNorm = (await this.norm(gradients)) * Math.abs(scale);
    this.steps += 1;
    const clip = gradientNorm > this.options.clipNorm ? this.options.clipNorm / gradientNorm : 1;
    for (const name of Object.keys(this.parameters)) this.updateOne(name, gradients[name]!, scale * clip, update.learningRate);
    if (gradients === this.sums) this.dropSums();
    return { gradientNorm };
  }

  dispose(): void {
    this.dropSums();
    for (const moments of [this.firstMoments, this.secondMoments]) {
      for (const tensor of Object.values(moments)) tensor.dispose();
    }
  }

  private updateOne(name: string, gradient: EagerTensor, factor: number, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay, decayed } = this.options;
    const [parameter, first, second] = [this.parameters[name]!, this.firstMoments[name]!, this.secondMoments[name]!];
    const [p, m, v] = withBackend(this.backend, () =>
      tf.tidy(() => {
        const g = tf.mul(gradient.tensor, factor);
        const m = tf.add(tf.mul(first.tensor, beta1), tf.mul(g, 1 - beta1));
        const v = tf.add(tf.mul(second.tensor, beta2), tf.mul(tf.square(g), 1 - beta2));
        const denominator = tf.add(tf.sqrt(tf.div(v, 1 - beta2 ** this.steps)), epsilon);
        const direction = tf.div(tf.div(m, 1 - beta1 ** this.steps), denominator);
        const decay = tf.mul(parameter.tensor, decayed.has(name) ? weightDecay : 0);
        return [tf.sub(parameter.tensor, tf.mul(tf.add(direction, decay), learningRate)), m, v] as const;
      }),
    );
    parameter.replace(p);
    first.replace(m);
    second.replace(v);
  }

  private async norm(gradients: EagerTensors): Promise<number> {
    const sum = withBackend(this.backend, () =>
      tf.tidy(() => tf.addN(Object.values(gradients).map(({ tensor }) => tf.sum(tf.square(tensor))))),
    );
    const [value] = await sum.data();
    sum.dispose();
    return Math.sqrt(value!);
  }

  private checked(gradients: DeviceTensors): EagerTensors {
    const missing = Object.keys(this.parameters).filter((name) => !(name in gradients));
    const unknown = Object.keys(gradients).filter((name) => !(name in this.parameters));
    if (missing.length > 0 || unknown.length > 0) {
      throw new Error(
        `AdamW: expected one gradient per parameter; missing: ${missing.join(', ') || 'none'}, unknown: ${unknown.join(', ') || 'none'}`,
      );
    }
    const entries = Object.entries(gradients).map(([name, gradient]) => {
      assertSpec(`AdamW, gradient of ${name}`, this.parameters[name]!, gradient);
      return [name, asEager(gradient, this.backend)] as const;
    });
    return Object.fromEntries(entries);
  }

  private zeros(): EagerTensors {
    const zero = (parameter: EagerTensor) => this.adopt(withBackend(this.backend, () => tf.zeros([...parameter.shape])));
    return Object.fromEntries(Object.entries(this.parameters).map(([name, parameter]) => [name, zero(parameter)]));
  }

  private dropSums(): void {
    for (const sum of Object.values(this.sums ?? {})) sum.dispose();
    this.sums = null;
  }
}
