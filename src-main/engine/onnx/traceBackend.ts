import * as tf from '@tensorflow/tfjs-core';
import { type Attribute, type ElementType, Graph, type Node } from './graph.ts';

/**
 * A tfjs backend whose kernels compute nothing: each adds ONNX nodes to the graph of the trace in progress.
 * Ordinary tfjs code run on it - forward, autodiff and all - leaves behind the graph of what it would have computed.
 */
export const TRACE_BACKEND = 'userllm-trace';

/** A tensor of the trace: the name of a graph value, or literal values that become a constant when first used. */
interface TracedValue {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  name: string | null;
  literal: ArrayLike<number> | null;
  /** Set when every element has this value: lets x * 1 and x + 0 vanish. */
  uniform: number | null;
}

class TraceBackend extends tf.KernelBackend {
  private readonly values = new WeakMap<object, TracedValue>();
  graph: Graph | null = null;

  get current(): Graph {
    if (!this.graph) throw new Error('trace: expected to run inside compile(), got a tfjs operation outside of it');
    return this.graph;
  }

  create(value: TracedValue): object {
    const dataId = {};
    this.values.set(dataId, value);
    return dataId;
  }

  get(info: tf.TensorInfo): TracedValue {
    const value = this.values.get(info.dataId);
    if (!value) throw new Error('trace: expected a tensor of this trace, got one made elsewhere; pass it as an input');
    return value;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.create({
      shape,
      dtype,
      name: null,
      literal: values as ArrayLike<number>,
      uniform: uniformValue(values as ArrayLike<number>),
    });
  }
  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    this.values.set(dataId, {
      shape,
      dtype,
      name: null,
      literal: values as ArrayLike<number>,
      uniform: uniformValue(values as ArrayLike<number>),
    });
  }
  override readSync(dataId: object): tf.BackendValues {
    const literal = this.values.get(dataId)?.literal;
    if (literal) return literal as tf.BackendValues;
    throw new Error('trace: expected operations only, got a read of a value that is computed later; a step must not look at its tensors');
  }
  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }
  override memory() {
    return { unreliable: true };
  }
  override disposeData(): boolean {
    return true;
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return 0;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
}

function uniformValue(values: ArrayLike<number>): number | null {
  const first = values[0];
  if (first === undefined) return null;
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return null;
  return Number(first);
}

export const traceBackend = new TraceBackend();
tf.registerBackend(TRACE_BACKEND, () => traceBackend, 0);

/** The graph name of a tensor; literal tensors become constants. */
export function nameOf(info: tf.TensorInfo): string {
  const value = traceBackend.get(info);
  value.name ??= traceBackend.current.addConstant(value.literal!, value.shape, elementType(value.dtype));
  return value.name;
}

export function uniformOf(info: tf.TensorInfo): number | null {
  return traceBackend.get(info).uniform;
}

export function elementType(dtype: tf.DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`trace: expected float32, int32 or bool, got ${dtype}`);
}

/** A tensor that stands for the graph value `name`. */
export function traced(name: string, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
  return { dataId: traceBackend.create({ shape, dtype, name, literal: null, uniform: null }), shape: [...shape], dtype };
}

/** A tensor whose elements are all `value`. */
export function filled(value: number, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
  const graph = traceBackend.current;
  const scalar = graph.addConstant([value], [], elementType(dtype));
  const name = shape.length === 0 ? scalar : graph.add('Expand', [scalar, shapeConstant(shape)])[0]!;
  return { dataId: traceBackend.create({ shape, dtype, name, literal: null, uniform: value }), shape: [...shape], dtype };
}

/** The same graph value under another tensor (reshape to the same shape, cast to the same type). */
export function alias(info: tf.TensorInfo): tf.TensorInfo {
  return { dataId: traceBackend.create({ ...traceBackend.get(info) }), shape: [...info.shape], dtype: info.dtype };
}

export function shapeConstant(values: readonly number[]): string {
  return traceBackend.current.addConstant(values, [values.length], 'int64');
}

/** One node with one output. */
export function emit(operation: string, inputs: string[], attributes: Record<string, Attribute> = {}, domain: Node['domain'] = ''): string {
  return traceBackend.current.add(operation, inputs, attributes, { domain })[0]!;
}

/** Runs `fn` on the trace backend with a fresh graph; the previous backend is current again afterwards. */
export function withTrace<T>(fn: (graph: Graph) => T): { graph: Graph; value: T } {
  const previous = tf.getBackend();
  const graph = new Graph();
  tf.setBackend(TRACE_BACKEND);
  traceBackend.graph = graph;
  try {
    return { graph, value: tf.tidy(() => fn(graph) as tf.TensorContainer) as T };
  } finally {
    traceBackend.graph = null;
    if (previous && previous !== TRACE_BACKEND) tf.setBackend(previous);
  }
}
