import * as tf from '@tensorflow/tfjs-core';
import { type DeviceTensor, type HostTensor, sizeOf, type TensorSpec } from '../engine.ts';
import { withBackend } from './backend.ts';

/** A device tensor that is a tfjs tensor. Writing replaces the tfjs tensor, so whoever holds this object sees the new content. */
export class EagerTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly shape: readonly number[];
  readonly dtype: TensorSpec['dtype'];
  readonly backend: string;
  private current: tf.Tensor | null;
  private readonly onDispose: (tensor: EagerTensor) => void;

  /** Takes over `tensor`: from here on this object disposes it. */
  constructor(tensor: tf.Tensor, backend: string, onDispose: (tensor: EagerTensor) => void) {
    this.shape = [...tensor.shape];
    this.dtype = tensor.dtype as TensorSpec['dtype'];
    this.backend = backend;
    this.current = tensor;
    this.onDispose = onDispose;
  }

  /** The tfjs tensor; still owned by this object. */
  get tensor(): tf.Tensor {
    if (this.current === null) throw new Error('DeviceTensor: used after dispose()');
    return this.current;
  }

  /** Takes over `tensor` in place of the present content. */
  replace(tensor: tf.Tensor): void {
    assertSpec('DeviceTensor', this, tensor);
    this.tensor.dispose();
    this.current = tensor;
  }

  async read(): Promise<HostTensor> {
    return readTensor(this.tensor);
  }

  async write(value: HostTensor): Promise<void> {
    assertSpec('DeviceTensor.write', this, value);
    this.replace(withBackend(this.backend, () => makeTensor(value)));
  }

  dispose(): void {
    if (this.current === null) return;
    this.current.dispose();
    this.current = null;
    this.onDispose(this);
  }
}

/** A tfjs tensor on the current backend. The data are copied: the cpu backend would otherwise keep a reference to the caller's array. */
export function makeTensor(value: HostTensor): tf.Tensor {
  if (value.data.length !== sizeOf(value.shape)) {
    throw new Error(`HostTensor: expected ${sizeOf(value.shape)} values for shape [${value.shape}], got ${value.data.length}`);
  }
  return tf.tensor(value.data.slice(), [...value.shape], value.dtype);
}

/** A copy of the values in ordinary memory. */
export async function readTensor(tensor: tf.Tensor): Promise<HostTensor> {
  const values = await tensor.data();
  const dtype = tensor.dtype as TensorSpec['dtype'];
  const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return { data, shape: [...tensor.shape], dtype };
}

/** @throws when type or shape differ; the message starts with `who`. */
export function assertSpec(who: string, expected: TensorSpec, actual: { shape: readonly number[]; dtype: string }): void {
  const sameShape = expected.shape.length === actual.shape.length && expected.shape.every((length, axis) => length === actual.shape[axis]);
  if (sameShape && expected.dtype === actual.dtype) return;
  throw new Error(`${who}: expected ${expected.dtype} [${expected.shape}], got ${actual.dtype} [${actual.shape}]`);
}
