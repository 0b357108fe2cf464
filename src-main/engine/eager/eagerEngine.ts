import * as tf from '@tensorflow/tfjs-core';
import { AppError } from '../../../src-shared/errors.ts';
import {
  type AdamWOptions,
  type DeviceTensor,
  type DeviceTensors,
  type Engine,
  type EngineName,
  type HostTensor,
  joinParts,
  type Optimizer,
  type Program,
  type ProgramFunction,
  type ProgramOptions,
} from '../engine.ts';
import { withBackend } from './backend.ts';
import { EagerAdamW } from './eagerAdamW.ts';
import { EagerProgram } from './eagerProgram.ts';
import { EagerTensor, makeTensor } from './eagerTensor.ts';

export interface EagerEngineOptions {
  readonly name: EngineName;
  readonly provider: string;
  /** Name of a registered tfjs backend. */
  readonly backend: string;
  /** What a person reads as the device. */
  readonly device: string;
}

/**
 * An engine that runs every operation at once on a tfjs backend. Compiling calls the function once on zeros, for its output shapes.
 * @throws AppError `engine-unavailable` when the backend does not initialise.
 */
export async function createEagerEngine(options: EagerEngineOptions): Promise<Engine> {
  await registerGradients();
  const previous: string | undefined = tf.getBackend();
  const ready = await tf.setBackend(options.backend);
  if (!ready) {
    throw new AppError('engine-unavailable', `engine ${options.name}: the tfjs backend ${options.backend} did not initialise`);
  }
  if (previous) await tf.setBackend(previous);
  return new EagerEngine(options);
}

// tfjs-core alone knows no gradients; the union package registers them all when it is loaded.
async function registerGradients(): Promise<void> {
  await import('@tensorflow/tfjs');
}

class EagerEngine implements Engine {
  readonly name: EngineName;
  readonly provider: string;
  readonly device: string;
  private readonly backend: string;
  private readonly programs = new Map<string, Program>();
  private readonly alive = new Set<EagerTensor>();

  constructor(options: EagerEngineOptions) {
    this.name = options.name;
    this.provider = options.provider;
    this.device = options.device;
    this.backend = options.backend;
  }

  async upload(value: HostTensor): Promise<DeviceTensor> {
    return this.adopt(withBackend(this.backend, () => makeTensor(value)));
  }

  uploadParts(shape: readonly number[], parts: Iterable<Float32Array>): Promise<DeviceTensor> {
    return this.upload(joinParts(shape, parts));
  }

  async compile(fn: ProgramFunction, options: ProgramOptions): Promise<Program> {
    const inputs = Object.entries(options.inputs).map(([name, { shape, dtype }]) => [name, dtype, ...shape]);
    const cacheKey = JSON.stringify([options.key, inputs, options.deviceOutputs ?? []]);
    const program = this.programs.get(cacheKey) ?? new EagerProgram(fn, options, this.backend, (tensor) => this.adopt(tensor));
    this.programs.set(cacheKey, program);
    return program;
  }

  async createAdamW(parameters: DeviceTensors, options: AdamWOptions): Promise<Optimizer> {
    return new EagerAdamW(parameters, options, this.backend, (tensor) => this.adopt(tensor));
  }

  async dispose(): Promise<void> {
    this.programs.clear();
    for (const tensor of [...this.alive]) tensor.dispose();
  }

  private adopt(tensor: tf.Tensor): EagerTensor {
    const adopted = new EagerTensor(tensor, this.backend, (disposed) => this.alive.delete(disposed));
    this.alive.add(adopted);
    return adopted;
  }
}
