import type { Tensor } from '@tensorflow/tfjs-core';

/** Shape and type of a tensor. Booleans travel as int32 0/1. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** A tensor in ordinary memory. */
export interface HostTensor extends TensorSpec {
  readonly data: Float32Array | Int32Array;
}

/** A tensor that stays on the engine's device between calls. Whoever got it disposes it. */
export interface DeviceTensor extends TensorSpec {
  readonly kind: 'device';
  read(): Promise<HostTensor>;
  /** Replaces the content; same shape and type. */
  write(value: HostTensor): Promise<void>;
  dispose(): void;
}

export type HostTensors = Record<string, HostTensor>;
export type DeviceTensors = Record<string, DeviceTensor>;
export type Tensors = Record<string, Tensor>;

/** A step written in plain tfjs operations: named tensors in, named tensors out. Runs inside `tf.tidy`. */
export type ProgramFunction = (inputs: Tensors) => Tensors;

export interface ProgramOptions {
  /** Names the function together with everything its closure depends on; equal keys and shapes share one program. */
  readonly key: string;
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  /** Outputs that stay on the device; every other output is read back. */
  readonly deviceOutputs?: readonly string[];
}

/** A compiled step. Inputs may be host or device tensors; frozen weights are device tensors uploaded once. */
export interface Program {
  readonly outputs: Readonly<Record<string, TensorSpec>>;
  /**
   * @param reuse device tensors of the right shapes that receive the device outputs of the same names, instead of new ones.
   *   They must not be inputs of the same call.
   * Calls on one engine must not overlap.
   */
  run(
    inputs: Readonly<Record<string, HostTensor | DeviceTensor>>,
    reuse?: DeviceTensors,
  ): Promise<{ host: HostTensors; device: DeviceTensors }>;
}

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled weight decay, for the parameters in `decayed` only. */
  readonly weightDecay: number;
  readonly decayed: ReadonlySet<string>;
  /** The global gradient norm is clipped to this. */
  readonly clipNorm: number;
}

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) on resident parameters, updated in place:
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * p = p - learningRate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weightDecay p),
 * with g scaled by min(1, clipNorm / ||g||) over all parameters together.
 */
export interface Optimizer {
  /** Adds `gradients` to the running sum; `step` consumes the sum. Needed with gradient accumulation only. */
  accumulate(gradients: DeviceTensors): Promise<void>;
  /**
   * One update from `gradients` (or from the accumulated sum when none are given), each multiplied by `scale` first.
   * @returns the global gradient norm after scaling and before clipping.
   */
  step(update: { learningRate: number; gradients?: DeviceTensors; scale?: number }): Promise<{ gradientNorm: number }>;
  /** Number of updates so far (the t of the bias correction). Set it when restoring a checkpoint. */
  steps: number;
  /** First and second moments by parameter name. */
  readonly firstMoments: DeviceTensors;
  readonly secondMoments: DeviceTensors;
  dispose(): void;
}

export type EngineName = 'onnx' | 'tensorflow' | 'reference';

/** Runs programs written in tfjs operations. One engine is used by one caller at a time. */
export interface Engine {
  readonly name: EngineName;
  readonly provider: string;
  readonly device: string;
  upload(value: HostTensor): Promise<DeviceTensor>;
  /**
   * Uploads float32 numbers that come in parts, in row-major order. On the CPU each part goes straight to its place, so that a large tensor
   * is never in memory twice.
   */
  uploadParts(shape: readonly number[], parts: Iterable<Float32Array>): Promise<DeviceTensor>;
  /** Returns the cached program when key, shapes and options were compiled before. */
  compile(fn: ProgramFunction, options: ProgramOptions): Promise<Program>;
  createAdamW(parameters: DeviceTensors, options: AdamWOptions): Promise<Optimizer>;
  /** Disposes programs and every device tensor still alive. */
  dispose(): Promise<void>;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The parts of a tensor in one array. @throws Error unless they are exactly as many numbers as the shape has */
export function joinParts(shape: readonly number[], parts: Iterable<Float32Array>, data = new Float32Array(sizeOf(shape))): HostTensor {
  let done = 0;
  for (const part of parts) {
    data.set(part, done);
    done += part.length;
  }
  if (done !== sizeOf(shape)) throw new Error(`joinParts: expected ${sizeOf(shape)} numbers for shape [${shape}], got ${done}`);
  return floats(data, shape);
}

export function floats(data: Float32Array, shape: readonly number[]): HostTensor {
  return { data, shape, dtype: 'float32' };
}

export function ints(data: Int32Array, shape: readonly number[]): HostTensor {
  return { data, shape, dtype: 'int32' };
}
