import * as tf from '@tensorflow/tfjs-core';
import {
  type DeviceTensor,
  type DeviceTensors,
  type HostTensor,
  type HostTensors,
  type Program,
  type ProgramFunction,
  type ProgramOptions,
  sizeOf,
  type TensorSpec,
  type Tensors,
} from '../engine.ts';
import { withBackend } from './backend.ts';
import { assertSpec, EagerTensor, makeTensor, readTensor } from './eagerTensor.ts';

/** A program that calls the function anew at every run. */
export class EagerProgram implements Program {
  readonly outputs: Readonly<Record<string, TensorSpec>>;
  private readonly fn: ProgramFunction;
  private readonly options: ProgramOptions;
  private readonly backend: string;
  private readonly adopt: (tensor: tf.Tensor) => EagerTensor;
  private readonly onDevice: ReadonlySet<string>;

  /** Calls `fn` once on zeros, to learn the names and shapes of its outputs. */
  constructor(fn: ProgramFunction, options: ProgramOptions, backend: string, adopt: (tensor: tf.Tensor) => EagerTensor) {
    this.fn = fn;
    this.options = options;
    this.backend = backend;
    this.adopt = adopt;
    this.onDevice = new Set(options.deviceOutputs);
    const outputs = this.execute(zeroInputs(options));
    this.outputs = Object.fromEntries(Object.entries(outputs).map(([name, { shape, dtype }]) => [name, { shape, dtype } as TensorSpec]));
    tf.dispose(outputs);
    for (const name of this.onDevice) this.assertKnown('device output', name, this.outputs);
  }

  async run(inputs: Readonly<Record<string, HostTensor | DeviceTensor>>, reuse: DeviceTensors = {}) {
    for (const name of Object.keys(reuse))
      this.assertKnown('tensor to reuse', name, Object.fromEntries([...this.onDevice].map((n) => [n, 1])));
    const outputs = this.execute(inputs);
    const device: DeviceTensors = {};
    const host: HostTensors = {};
    for (const name of this.onDevice) device[name] = this.place(outputs[name]!, reuse[name]);
    for (const [name, tensor] of Object.entries(outputs)) {
      if (this.onDevice.has(name)) continue;
      host[name] = await readTensor(tensor);
      tensor.dispose();
    }
    return { host, device };
  }

  private place(tensor: tf.Tensor, target: DeviceTensor | undefined): DeviceTensor {
    if (target === undefined) return this.adopt(tensor);
    asEager(target, this.backend).replace(tensor);
    return target;
  }

  private execute(inputs: Readonly<Record<string, HostTensor | DeviceTensor>>): Tensors {
    this.checkInputs(inputs);
    return withBackend(this.backend, () =>
      tf.tidy(() => {
        const given = Object.entries(inputs).map(([name, value]) => [name, this.toTensor(value)]);
        const results = Object.entries(this.fn(Object.fromEntries(given)));
        return Object.fromEntries(results.map(([name, tensor]) => [name, ownOutput(tensor)]));
      }),
    );
  }

  private toTensor(value: HostTensor | DeviceTensor): tf.Tensor {
    return isDevice(value) ? asEager(value, this.backend).tensor : makeTensor(value);
  }

  private checkInputs(inputs: Readonly<Record<string, HostTensor | DeviceTensor>>): void {
    const { key, inputs: specs } = this.options;
    for (const [name, spec] of Object.entries(specs)) {
      const value = inputs[name];
      if (value === undefined) throw new Error(`program ${key}: expected the input ${name}, got none`);
      assertSpec(`program ${key}, input ${name}`, spec, value);
    }
    for (const name of Object.keys(inputs)) this.assertKnown('input', name, specs);
  }

  private assertKnown(what: string, name: string, known: Readonly<Record<string, unknown>>): void {
    if (name in known) return;
    throw new Error(`program ${this.options.key}: expected one of ${Object.keys(known).join(', ') || '(none)'} as ${what}, got ${name}`);
  }
}

// An output may be an input, or the same tensor under two names: a clone shares the data and has its own life.
function ownOutput(tensor: tf.Tensor): tf.Tensor {
  return tensor.dtype === 'bool' ? tf.cast(tensor, 'int32') : tf.clone(tensor);
}

function zeroInputs(options: ProgramOptions): HostTensors {
  const zeros = ({ shape, dtype }: TensorSpec): HostTensor => {
    const data = dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    return { data, shape, dtype };
  };
  return Object.fromEntries(Object.entries(options.inputs).map(([name, spec]) => [name, zeros(spec)]));
}

function isDevice(value: HostTensor | DeviceTensor): value is DeviceTensor {
  return 'kind' in value;
}

/** @throws when the tensor lives on another engine's device. */
export function asEager(tensor: DeviceTensor, backend: string): EagerTensor {
  if (tensor instanceof EagerTensor && tensor.backend === backend) return tensor;
  throw new Error(`engine on ${backend}: expected one of its own device tensors, got another engine's`);
}
