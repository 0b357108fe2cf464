import * as ort from 'onnxruntime-node';
import {
  type AdamWOptions,
  type DeviceTensor,
  type DeviceTensors,
  type Engine,
  type HostTensor,
  joinParts,
  type Optimizer,
  type TensorSpec,
} from '../engine.ts';
import { GpuOptimizer } from './gpuOptimizer.ts';
import { Graph } from './graph.ts';
import { assertSameShape, type OnnxDevice, toOrtTensor } from './onnxEngine.ts';
import { ANY_LENGTH, serialize } from './serialize.ts';

/** A tensor in a GPU buffer. The optimiser replaces its content by exchanging the buffer. */
export class GpuDeviceTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly shape: readonly number[];
  readonly dtype: TensorSpec['dtype'];
  private readonly device: GpuDevice;
  buffer: ort.Tensor;

  constructor(spec: TensorSpec, buffer: ort.Tensor, device: GpuDevice) {
    this.shape = spec.shape;
    this.dtype = spec.dtype;
    this.buffer = buffer;
    this.device = device;
  }

  async read(): Promise<HostTensor> {
    return this.device.download(this);
  }

  async write(value: HostTensor): Promise<void> {
    assertSameShape(this, value);
    const fresh = (await this.device.upload(value)) as GpuDeviceTensor;
    this.exchange(fresh);
  }

  /** Takes over the other tensor's buffer; the other is empty afterwards. */
  exchange(other: GpuDeviceTensor): void {
    if (this.buffer !== other.buffer) this.buffer.dispose();
    this.buffer = other.buffer;
  }

  dispose(): void {
    this.buffer.dispose();
  }
}

/** Tensors in GPU buffers through ONNX Runtime's WebGPU provider: weights and optimiser state never travel between steps. */
export class GpuDevice implements OnnxDevice {
  readonly description = 'WebGPU';
  readonly outputLocation = 'gpu-buffer';
  private readonly engine: Engine;
  private readonly copies = new Map<string, Promise<{ up: ort.InferenceSession; down: ort.InferenceSession }>>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  async upload(value: HostTensor): Promise<DeviceTensor> {
    const { up } = await this.copier(value);
    const { y } = await up.run({ x: toOrtTensor(value) });
    return new GpuDeviceTensor(value, y as ort.Tensor, this);
  }

  uploadParts(shape: readonly number[], parts: Iterable<Float32Array>): Promise<DeviceTensor> {
    return this.upload(joinParts(shape, parts));
  }

  async download(tensor: GpuDeviceTensor): Promise<HostTensor> {
    const { down } = await this.copier(tensor);
    const { y } = await down.run({ x: tensor.buffer });
    return { shape: tensor.shape, dtype: tensor.dtype, data: (y as ort.Tensor).data as Float32Array | Int32Array };
  }

  feed(tensor: DeviceTensor): ort.Tensor {
    return (tensor as GpuDeviceTensor).buffer;
  }

  target(): null {
    return null;
  }

  adopt(buffer: ort.Tensor, spec: TensorSpec, reuse: DeviceTensor | undefined): DeviceTensor {
    const tensor = new GpuDeviceTensor(spec, buffer, this);
    if (!reuse) return tensor;
    (reuse as GpuDeviceTensor).exchange(tensor);
    return reuse;
  }

  createAdamW(parameters: DeviceTensors, options: AdamWOptions): Promise<Optimizer> {
    return GpuOptimizer.create(this.engine, parameters as Record<string, GpuDeviceTensor>, options);
  }

  async dispose(): Promise<void> {
    for (const pair of await Promise.all(this.copies.values())) {
      await pair.up.release();
      await pair.down.release();
    }
    this.copies.clear();
  }

  /** Sessions that copy a tensor of this rank and type to the GPU and back. */
  private copier({ shape, dtype }: TensorSpec) {
    const key = `${dtype}${shape.length}`;
    let pair = this.copies.get(key);
    if (!pair) {
      pair = createCopier(shape.length, dtype);
      this.copies.set(key, pair);
    }
    return pair;
  }
}

async function createCopier(rank: number, dtype: TensorSpec['dtype']) {
  const graph = new Graph();
  const shape = Array<number>(rank).fill(ANY_LENGTH);
  graph.addInput({ name: 'x', shape, type: dtype });
  graph.nodes.push({ operation: 'Identity', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} });
  graph.outputs.push({ name: 'y', shape, type: dtype });
  const model = serialize(graph);
  // Without optimisation, so that the copy itself is not optimised away.
  const create = (location: 'cpu' | 'gpu-buffer') =>
    ort.InferenceSession.create(model, {
      executionProviders: ['webgpu'],
      graphOptimizationLevel: 'disabled',
      preferredOutputLocation: location,
      logSeverityLevel: 3,
    });
  return { up: await create('gpu-buffer'), down: await create('cpu') };
}
