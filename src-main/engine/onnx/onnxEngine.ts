import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { AppError } from '../../../src-shared/errors.ts';
import {
  type AdamWOptions,
  type DeviceTensor,
  type DeviceTensors,
  type Engine,
  type HostTensor,
  type HostTensors,
  joinParts,
  type Optimizer,
  type Program,
  type ProgramFunction,
  type ProgramOptions,
  type TensorSpec,
} from '../engine.ts';
import { GpuDevice } from './gpuDevice.ts';
import { type Block, HostMemory } from './hostMemory.ts';
import { HostOptimizer } from './hostOptimizer.ts';
import { serialize } from './serialize.ts';
import { outputName, trace } from './trace.ts';

export type OnnxProvider = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export interface OnnxEngineOptions {
  readonly provider: OnnxProvider;
  /** CPU threads; 0 = one per core. */
  readonly threads?: number;
  /** Writes ONNX Runtime's profile of every session under this prefix. */
  readonly profilePrefix?: string;
}

/** Where an engine keeps tensors between calls, and how it updates parameters there. */
export interface OnnxDevice {
  readonly description: string;
  upload(value: HostTensor): Promise<DeviceTensor>;
  uploadParts(shape: readonly number[], parts: Iterable<Float32Array>): Promise<DeviceTensor>;
  /** The tensor as ONNX Runtime takes it. */
  feed(tensor: DeviceTensor): ort.Tensor;
  /** Where a device output goes: a preallocated tensor, or null when the provider makes one. */
  target(spec: TensorSpec, reuse: DeviceTensor | undefined): DeviceTensor | null;
  /** Takes over a tensor that the provider made. */
  adopt(tensor: ort.Tensor, spec: TensorSpec, reuse: DeviceTensor | undefined): DeviceTensor;
  createAdamW(parameters: DeviceTensors, options: AdamWOptions): Promise<Optimizer>;
  readonly outputLocation: 'cpu' | 'gpu-buffer';
  dispose(): Promise<void>;
}

/** A tensor in memory that ONNX Runtime and the optimiser's kernels share. */
export class HostDeviceTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly shape: readonly number[];
  readonly dtype: TensorSpec['dtype'];
  readonly memory: HostMemory;
  readonly block: Block;
  readonly ortTensor: ort.Tensor;
  private disposed = false;

  constructor(spec: TensorSpec, memory: HostMemory) {
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.memory = memory;
    this.block = memory.allocate(spec);
    this.ortTensor = toOrtTensor({ ...spec, data: this.block.view });
  }

  async read(): Promise<HostTensor> {
    return { shape: this.shape, dtype: this.dtype, data: this.block.view.slice() };
  }

  async write(value: HostTensor): Promise<void> {
    assertSameShape(this, value);
    this.block.view.set(value.data);
  }

  dispose(): void {
    if (!this.disposed) this.memory.release(this.block);
    this.disposed = true;
  }
}

class HostDevice implements OnnxDevice {
  readonly description: string;
  readonly outputLocation = 'cpu';
  private readonly memory = new HostMemory();

  constructor(threads: number) {
    this.description = `CPU, ${threads} threads`;
  }

  async upload(value: HostTensor): Promise<HostDeviceTensor> {
    const tensor = new HostDeviceTensor(value, this.memory);
    await tensor.write(value);
    return tensor;
  }

  async uploadParts(shape: readonly number[], parts: Iterable<Float32Array>): Promise<HostDeviceTensor> {
    const tensor = new HostDeviceTensor({ shape, dtype: 'float32' }, this.memory);
    joinParts(shape, parts, tensor.block.view as Float32Array<ArrayBuffer>);
    return tensor;
  }

  feed(tensor: DeviceTensor): ort.Tensor {
    return (tensor as HostDeviceTensor).ortTensor;
  }

  target(spec: TensorSpec, reuse: DeviceTensor | undefined): DeviceTensor {
    return reuse ?? new HostDeviceTensor(spec, this.memory);
  }

  adopt(): DeviceTensor {
    throw new Error('onnx engine: expected CPU outputs in preallocated tensors');
  }

  async createAdamW(parameters: DeviceTensors, options: AdamWOptions): Promise<Optimizer> {
    return new HostOptimizer(parameters as Record<string, HostDeviceTensor>, options, (like) => new HostDeviceTensor(like, this.memory));
  }

  async dispose(): Promise<void> {}
}

/** Runs programs compiled to ONNX on ONNX Runtime. @throws AppError engine-unavailable with the reason when the provider does not start */
export async function createOnnxEngine(options: OnnxEngineOptions): Promise<Engine> {
  const threads = options.threads || availableParallelism();
  const engine = new OnnxEngine({ ...options, threads });
  await engine.start();
  return engine;
}

class OnnxEngine implements Engine {
  readonly name = 'onnx';
  readonly provider: OnnxProvider;
  private readonly options: OnnxEngineOptions & { threads: number };
  private readonly onnxDevice: OnnxDevice;
  private readonly programs = new Map<string, Promise<OnnxProgram>>();

  constructor(options: OnnxEngineOptions & { threads: number }) {
    this.options = options;
    this.provider = options.provider;
    this.onnxDevice = options.provider === 'webgpu' ? new GpuDevice(this) : new HostDevice(options.threads);
  }

  get device(): string {
    return this.onnxDevice.description;
  }

  /** A tiny program tells whether the provider works at all. */
  async start(): Promise<void> {
    const spec = { shape: [4], dtype: 'float32' } as const;
    try {
      const program = await this.compile(({ x }) => ({ y: tf.add(x!, x!) }), { key: 'start', inputs: { x: spec } });
      const { host } = await program.run({ x: { ...spec, data: Float32Array.of(1, 2, 3, 4) } });
      if (host['y']!.data[3] !== 8) throw new Error(`1 + 1 gave ${host['y']!.data[0]}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError('engine-unavailable', `onnx engine: expected provider "${this.provider}" to start, got: ${reason}`, {
        provider: this.provider,
      });
    }
  }

  upload(value: HostTensor): Promise<DeviceTensor> {
    return this.onnxDevice.upload(value);
  }

  uploadParts(shape: readonly number[], parts: Iterable<Float32Array>): Promise<DeviceTensor> {
    return this.onnxDevice.uploadParts(shape, parts);
  }

  compile(fn: ProgramFunction, options: ProgramOptions): Promise<Program> {
    const key = JSON.stringify([options.key, options.inputs, options.deviceOutputs ?? []]);
    let program = this.programs.get(key);
    if (!program) {
      program = this.build(fn, options);
      this.programs.set(key, program);
      program.catch(() => this.programs.delete(key));
    }
    return program;
  }

  private async build(fn: ProgramFunction, options: ProgramOptions): Promise<OnnxProgram> {
    const { graph, outputs } = trace(fn, options.inputs);
    const location = (name: string) => (options.deviceOutputs?.includes(name) ? this.onnxDevice.outputLocation : 'cpu');
    const session = await ort.InferenceSession.create(serialize(graph), {
      executionProviders: [this.provider],
      intraOpNumThreads: this.options.threads,
      graphOptimizationLevel: 'all',
      // An arena keeps the peak of its session for good, and there is a session for every length of a text: together several
      // times what a step needs.
      enableCpuMemArena: false,
      logSeverityLevel: 3,
      preferredOutputLocation: Object.fromEntries(Object.keys(outputs).map((name) => [outputName(name), location(name)])),
      ...(this.options.profilePrefix && { enableProfiling: true, profileFilePrefix: this.options.profilePrefix }),
    });
    const used = new Set(graph.inputs.map((input) => input.name));
    return new OnnxProgram(session, this.onnxDevice, options, outputs, used);
  }

  createAdamW(parameters: DeviceTensors, options: AdamWOptions): Promise<Optimizer> {
    return this.onnxDevice.createAdamW(parameters, options);
  }

  async dispose(): Promise<void> {
    for (const program of await Promise.allSettled(this.programs.values()))
      if (program.status === 'fulfilled') await program.value.release();
    this.programs.clear();
    await this.onnxDevice.dispose();
  }
}

class OnnxProgram implements Program {
  readonly outputs: Readonly<Record<string, TensorSpec>>;
  private readonly session: ort.InferenceSession;
  private readonly device: OnnxDevice;
  private readonly inputs: ProgramOptions['inputs'];
  private readonly deviceOutputs: ReadonlySet<string>;
  /** Inputs that the graph really reads. */
  private readonly used: ReadonlySet<string>;

  constructor(
    session: ort.InferenceSession,
    device: OnnxDevice,
    options: ProgramOptions,
    outputs: Readonly<Record<string, TensorSpec>>,
    used: ReadonlySet<string>,
  ) {
    this.session = session;
    this.device = device;
    this.inputs = options.inputs;
    this.deviceOutputs = new Set(options.deviceOutputs ?? []);
    this.outputs = outputs;
    this.used = used;
  }

  async run(inputs: Readonly<Record<string, HostTensor | DeviceTensor>>, reuse: DeviceTensors = {}) {
    const targets: DeviceTensors = {};
    const fetches: Record<string, ort.Tensor | null> = {};
    for (const [name, spec] of Object.entries(this.outputs)) {
      const target = this.deviceOutputs.has(name) ? this.device.target(spec, reuse[name]) : null;
      fetches[outputName(name)] = target ? this.device.feed(target) : null;
      if (target) targets[name] = target;
    }
    const results = await this.session.run(this.feeds(inputs), fetches as ort.InferenceSession.FetchesType);
    return this.collect(results, targets, reuse);
  }

  private feeds(inputs: Readonly<Record<string, HostTensor | DeviceTensor>>): Record<string, ort.Tensor> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, spec] of Object.entries(this.inputs)) {
      if (!this.used.has(name)) continue;
      const value = inputs[name];
      if (!value) throw new Error(`program: expected input "${name}" [${spec.shape}], got none`);
      assertSameShape(spec, value, name);
      feeds[name] = 'kind' in value ? this.device.feed(value) : toOrtTensor(value);
    }
    return feeds;
  }

  private collect(results: ort.InferenceSession.ReturnType, targets: DeviceTensors, reuse: DeviceTensors) {
    const host: HostTensors = {};
    const device: DeviceTensors = { ...targets };
    for (const [name, spec] of Object.entries(this.outputs)) {
      const tensor = results[outputName(name)] as ort.Tensor;
      if (!this.deviceOutputs.has(name)) host[name] = { ...spec, data: tensor.data as Float32Array | Int32Array };
      else if (!targets[name]) device[name] = this.device.adopt(tensor, spec, reuse[name]);
    }
    return { host, device };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

export function toOrtTensor(value: HostTensor): ort.Tensor {
  return value.dtype === 'float32'
    ? new ort.Tensor('float32', value.data as Float32Array, value.shape)
    : new ort.Tensor('int32', value.data as Int32Array, value.shape);
}

export function assertSameShape(expected: TensorSpec, got: TensorSpec, name = 'tensor'): void {
  const same =
    expected.dtype === got.dtype && expected.shape.length === got.shape.length && expected.shape.every((d, i) => d === got.shape[i]);
  if (!same) throw new Error(`${name}: expected ${expected.dtype} [${expected.shape}], got ${got.dtype} [${got.shape}]`);
}
