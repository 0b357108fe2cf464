import type { AdamWOptions, DeviceTensors, Optimizer } from '../engine.ts';
import type { HostDeviceTensor } from './onnxEngine.ts';

/** Parameters in the order in which norms are summed: fixed, so that sums are repeatable. */
interface Slot {
  readonly name: string;
  readonly parameter: HostDeviceTensor;
  readonly first: HostDeviceTensor;
  readonly second: HostDeviceTensor;
}

/** AdamW on the CPU: one pass over parameter, moments and gradient by WebAssembly, in place in the buffers that ONNX Runtime reads. */
export class HostOptimizer implements Optimizer {
  steps = 0;
  readonly firstMoments: DeviceTensors;
  readonly secondMoments: DeviceTensors;
  private readonly options: AdamWOptions;
  private readonly slots: Slot[];
  private readonly newTensor: (like: HostDeviceTensor) => HostDeviceTensor;
  private sums: Record<string, HostDeviceTensor> | null = null;

  constructor(
    parameters: Record<string, HostDeviceTensor>,
    options: AdamWOptions,
    newTensor: (like: HostDeviceTensor) => HostDeviceTensor,
  ) {
    this.options = options;
    this.newTensor = newTensor;
    this.slots = Object.entries(parameters)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, parameter]) => ({ name, parameter, first: newTensor(parameter), second: newTensor(parameter) }));
    this.firstMoments = Object.fromEntries(this.slots.map(({ name, first }) => [name, first]));
    this.secondMoments = Object.fromEntries(this.slots.map(({ name, second }) => [name, second]));
  }

  async accumulate(gradients: DeviceTensors): Promise<void> {
    this.sums ??= Object.fromEntries(this.slots.map(({ name, parameter }) => [name, this.newTensor(parameter)]));
    for (const { name } of this.slots) {
      const sum = this.sums[name]!;
      sum.memory.kernels.accumulate(sum.block.pointer, blockOf(gradients, name).pointer, sum.block.paddedCount);
    }
  }

  async step({ learningRate, gradients, scale = 1 }: { learningRate: number; gradients?: DeviceTensors; scale?: number }) {
    const source = gradients ?? this.sums;
    if (!source) throw new Error('AdamW: expected gradients, or accumulate() before step()');
    const gradientNorm = Math.abs(scale) * Math.sqrt(this.slots.reduce((sum, slot) => sum + squares(slot, source), 0));
    const clipping = gradientNorm > this.options.clipNorm ? this.options.clipNorm / gradientNorm : 1;
    this.steps += 1;
    for (const slot of this.slots) this.update(slot, source, learningRate, scale * clipping);
    if (!gradients) for (const { name } of this.slots) this.sums![name]!.block.view.fill(0);
    return { gradientNorm };
  }

  private update({ name, parameter, first, second }: Slot, gradients: DeviceTensors, learningRate: number, gradientScale: number): void {
    const { beta1, beta2, epsilon, weightDecay, decayed } = this.options;
    parameter.memory.kernels.update(
      parameter.block.pointer,
      first.block.pointer,
      second.block.pointer,
      blockOf(gradients, name).pointer,
      parameter.block.paddedCount,
      gradientScale,
      beta1,
      beta2,
      learningRate / (1 - beta1 ** this.steps),
      1 / Math.sqrt(1 - beta2 ** this.steps),
      epsilon,
      1 - learningRate * (decayed.has(name) ? weightDecay : 0),
    );
  }

  dispose(): void {
    for (const { first, second } of this.slots) {
      first.dispose();
      second.dispose();
    }
    for (const sum of Object.values(this.sums ?? {})) sum.dispose();
  }
}

function blockOf(tensors: DeviceTensors, name: string) {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`AdamW: expected a gradient for every parameter, got none for "${name}"`);
  return (tensor as HostDeviceTensor).block;
}

function squares({ name, parameter }: Slot, gradients: DeviceTensors): number {
  const block = blockOf(gradients, name);
  return parameter.memory.kernels.sumOfSquares(block.pointer, block.paddedCount);
}
