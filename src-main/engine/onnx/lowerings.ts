import * as tf from '@tensorflow/tfjs-core';
import { alias, emit, filled, nameOf, shapeConstant, TRACE_BACKEND, traceBackend, traced, uniformOf } from './traceBackend.ts';

/** How each tfjs kernel is written in ONNX (opset 20 and the com.microsoft domain). One registration a kernel. */
export const ONNX_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

type Inputs = Record<string, tf.TensorInfo>;
// biome-ignore lint/suspicious/noExplicitAny: kernel attributes are typed per kernel by tfjs, not as a union
type Attributes = any;
type Lowering = (inputs: Inputs, attributes: Attributes) => tf.TensorInfo | tf.TensorInfo[];

function lower(kernelName: string, lowering: Lowering): void {
  tf.registerKernel({
    kernelName,
    backendName: TRACE_BACKEND,
    kernelFunc: ({ inputs, attrs }) => lowering(inputs as Inputs, attrs),
  });
}

/** Shape of an element-wise result (NumPy's broadcasting). */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`trace: expected shapes that broadcast, got [${a}] and [${b}]`);
    return x === 1 ? y : x;
  });
}

const sameShape = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((length, i) => length === b[i]);
const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

// --- element-wise, two inputs -------------------------------------------------------------------------------------------------------------

/** @param neutral right-hand value that changes nothing (x + 0, x * 1): such an operation disappears */
function lowerBinary(
  kernel: string,
  operation: string,
  options: { result?: tf.DataType; neutral?: number; commutes?: boolean } = {},
): void {
  lower(kernel, ({ a, b }) => {
    const shape = broadcastShape(a!.shape, b!.shape);
    if (options.neutral !== undefined) {
      if (uniformOf(b!) === options.neutral && sameShape(shape, a!.shape)) return alias(a!);
      if (options.commutes && uniformOf(a!) === options.neutral && sameShape(shape, b!.shape)) return alias(b!);
    }
    return traced(emit(operation, [nameOf(a!), nameOf(b!)]), shape, options.result ?? a!.dtype);
  });
}

lowerBinary('Add', 'Add', { neutral: 0, commutes: true });
lowerBinary('Sub', 'Sub', { neutral: 0 });
lowerBinary('Multiply', 'Mul', { neutral: 1, commutes: true });
lowerBinary('RealDiv', 'Div', { neutral: 1 });
lowerBinary('Pow', 'Pow', { neutral: 1 });
lowerBinary('Maximum', 'Max');
lowerBinary('Minimum', 'Min');
lowerBinary('Greater', 'Greater', { result: 'bool' });
lowerBinary('GreaterEqual', 'GreaterOrEqual', { result: 'bool' });
lowerBinary('Less', 'Less', { result: 'bool' });
lowerBinary('LessEqual', 'LessOrEqual', { result: 'bool' });
lowerBinary('Equal', 'Equal', { result: 'bool' });
lowerBinary('LogicalAnd', 'And', { result: 'bool' });

// --- element-wise, one input --------------------------------------------------------------------------------------------------------------

function lowerUnary(kernel: string, operation: string): void {
  lower(kernel, ({ x }) => traced(emit(operation, [nameOf(x!)]), x!.shape, x!.dtype));
}

for (const name of ['Sqrt', 'Exp', 'Log', 'Tanh', 'Neg', 'Erf', 'Sigmoid', 'Relu', 'Abs', 'Sign', 'Sin', 'Cos', 'Reciprocal'])
  lowerUnary(name, name);
lowerUnary('LogicalNot', 'Not');
lower('Identity', ({ x }) => alias(x!));
lower('Square', ({ x }) => traced(emit('Mul', [nameOf(x!), nameOf(x!)]), x!.shape, x!.dtype));
lower('Rsqrt', ({ x }) => traced(emit('Reciprocal', [emit('Sqrt', [nameOf(x!)])]), x!.shape, x!.dtype));
lower('Cast', ({ x }, { dtype }) => {
  if (dtype === x!.dtype) return alias(x!);
  return traced(emit('Cast', [nameOf(x!)], { to: ONNX_TYPE[dtype as keyof typeof ONNX_TYPE] }), x!.shape, dtype);
});
lower('Step', ({ x }, { alpha }) => {
  const [above, below] = [1, alpha ?? 0].map((value) => nameOf(filled(value, [], 'float32')));
  return traced(emit('Where', [emit('Greater', [nameOf(x!), nameOf(filled(0, [], 'float32'))]), above!, below!]), x!.shape, 'float32');
});
lower('Select', ({ condition, t, e }) => {
  const shape = broadcastShape(condition!.shape, broadcastShape(t!.shape, e!.shape));
  return traced(emit('Where', [nameOf(condition!), nameOf(t!), nameOf(e!)]), shape, t!.dtype);
});

// --- fills --------------------------------------------------------------------------------------------------------------------------------

lower('ZerosLike', ({ x }) => filled(0, x!.shape, x!.dtype));
lower('OnesLike', ({ x }) => filled(1, x!.shape, x!.dtype));
lower('Fill', (_, { shape, value, dtype }) => filled(value, shape, dtype ?? 'float32'));
lower('Range', (_, { start, stop, step, dtype }) => tf.tensor1d(rangeValues(start, stop, step), dtype ?? 'float32'));

function rangeValues(start: number, stop: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
}

// --- shapes -------------------------------------------------------------------------------------------------------------------------------

function reshape(x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
  return sameShape(shape, x.shape) ? alias(x) : traced(emit('Reshape', [nameOf(x), shapeConstant(shape)]), shape, x.dtype);
}

lower('Reshape', ({ x }, { shape }) => {
  const known = size(shape.filter((length: number) => length !== -1));
  return reshape(
    x!,
    shape.map((length: number) => (length === -1 ? size(x!.shape) / known : length)),
  );
});
lower('ExpandDims', ({ input }, { dim }) => {
  const shape = [...input!.shape];
  shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
  return reshape(input!, shape);
});
lower('Transpose', ({ x }, { perm }) => {
  if (perm.every((axis: number, i: number) => axis === i)) return alias(x!);
  const shape = perm.map((axis: number) => x!.shape[axis]);
  // Axes of length 1 may go anywhere without moving a number.
  const long = perm.filter((axis: number) => x!.shape[axis] !== 1);
  if (long.every((axis: number, i: number) => i === 0 || axis > long[i - 1])) return reshape(x!, shape);
  return traced(emit('Transpose', [nameOf(x!)], { perm }), shape, x!.dtype);
});
lower('Tile', ({ x }, { reps }) =>
  traced(
    emit('Tile', [nameOf(x!), shapeConstant(reps)]),
    x!.shape.map((length, i) => length * reps[i]),
    x!.dtype,
  ),
);
lower('BroadcastTo', ({ x }, { shape }) => traced(emit('Expand', [nameOf(x!), shapeConstant(shape)]), shape, x!.dtype));
lower('Slice', ({ x }, { begin, size: sizes }) => {
  const starts = [begin].flat() as number[];
  const lengths = ([sizes].flat() as number[]).map((length, i) => (length === -1 ? x!.shape[i]! - starts[i]! : length));
  return slice(x!, starts, lengths);
});
lower('PadV2', ({ x }, { paddings, constantValue }) => {
  const pads = [...paddings.map((p: number[]) => p[0]), ...paddings.map((p: number[]) => p[1])];
  const value = nameOf(filled(constantValue ?? 0, [], x!.dtype));
  const shape = x!.shape.map((length, i) => length + paddings[i][0] + paddings[i][1]);
  return traced(emit('Pad', [nameOf(x!), shapeConstant(pads), value]), shape, x!.dtype);
});
lower('Concat', (inputs, { axis }) => {
  const tensors = Object.values(inputs);
  const shape = [...tensors[0]!.shape];
  const at = axis < 0 ? axis + shape.length : axis;
  shape[at] = tensors.reduce((sum, tensor) => sum + tensor.shape[at]!, 0);
  return traced(emit('Concat', tensors.map(nameOf), { axis: at }), shape, tensors[0]!.dtype);
});
lower('Pack', (inputs, { axis }) => {
  const expanded = Object.values(inputs).map((tensor) => reshape(tensor, insertOne(tensor.shape, axis)));
  const shape = insertOne(expanded[0]!.shape.toSpliced(axis, 1), axis);
  shape[axis] = expanded.length;
  return traced(emit('Concat', expanded.map(nameOf), { axis }), shape, expanded[0]!.dtype);
});
lower('Unpack', ({ value }, { axis }) => {
  const at = axis < 0 ? axis + value!.shape.length : axis;
  return Array.from({ length: value!.shape[at]! }, (_, index) => {
    const begin = value!.shape.map((_, i) => (i === at ? index : 0));
    return reshape(slice(value!, begin, value!.shape.toSpliced(at, 1, 1)), value!.shape.toSpliced(at, 1));
  });
});
lower('SplitV', ({ x }, { numOrSizeSplits, axis }) => {
  const at = axis < 0 ? axis + x!.shape.length : axis;
  const lengths: number[] = Array.isArray(numOrSizeSplits) ? numOrSizeSplits : Array(numOrSizeSplits).fill(x!.shape[at]! / numOrSizeSplits);
  let offset = 0;
  return lengths.map((length) => {
    const begin = x!.shape.map((_, i) => (i === at ? offset : 0));
    offset += length;
    return slice(x!, begin, x!.shape.toSpliced(at, 1, length));
  });
});

function insertOne(shape: readonly number[], axis: number): number[] {
  return [...shape].toSpliced(axis, 0, 1);
}

/** Only the axes that are really cut are named: a contiguous cut along one axis is then one copy. */
function slice(x: tf.TensorInfo, starts: readonly number[], lengths: readonly number[]): tf.TensorInfo {
  const axes = x.shape.map((_, i) => i).filter((i) => lengths[i] !== x.shape[i]);
  if (axes.length === 0) return alias(x);
  const from = shapeConstant(axes.map((i) => starts[i]!));
  const to = shapeConstant(axes.map((i) => starts[i]! + lengths[i]!));
  return traced(emit('Slice', [nameOf(x), from, to, shapeConstant(axes)]), lengths, x.dtype);
}

// --- products, reductions, soft-max -------------------------------------------------------------------------------------------------------

lower('BatchMatMul', ({ a, b }, { transposeA, transposeB }) => {
  const [rows, columns] = [a!.shape.at(transposeA ? -1 : -2)!, b!.shape.at(transposeB ? -2 : -1)!];
  const shape = [...broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), rows, columns];
  const names = [nameOf(a!), nameOf(b!)];
  const [transA, transB] = [transposeA ? 1 : 0, transposeB ? 1 : 0];
  if (shape.length === 2) return traced(emit('Gemm', names, { transA, transB }), shape, a!.dtype);
  if (!transA && !transB) return traced(emit('MatMul', names), shape, a!.dtype);
  return traced(emit('FusedMatMul', names, { transA, transB }, 'com.microsoft'), shape, a!.dtype);
});

/** tfjs calls the axes `axis`, and for Max `reductionIndices`. */
function lowerReduction(kernel: string, operation: string): void {
  lower(kernel, ({ x }, { axis: named, reductionIndices, keepDims }) => {
    const axis = named ?? reductionIndices;
    const axes: number[] = axis == null ? x!.shape.map((_, i) => i) : [axis].flat().map((a: number) => (a < 0 ? a + x!.shape.length : a));
    const kept = x!.shape.map((length, i) => (axes.includes(i) ? 1 : length));
    const shape = keepDims ? kept : x!.shape.filter((_, i) => !axes.includes(i));
    if (axes.every((a) => x!.shape[a] === 1)) return reshape(x!, shape);
    return traced(emit(operation, [nameOf(x!), shapeConstant(axes)], { keepdims: keepDims ? 1 : 0 }), shape, x!.dtype);
  });
}

lowerReduction('Sum', 'ReduceSum');
lowerReduction('Mean', 'ReduceMean');
lowerReduction('Max', 'ReduceMax');
lower('Softmax', ({ logits }, { dim }) => traced(emit('Softmax', [nameOf(logits!)], { axis: dim }), logits!.shape, logits!.dtype));
lower('LogSoftmax', ({ logits }, { axis }) => traced(emit('LogSoftmax', [nameOf(logits!)], { axis }), logits!.shape, logits!.dtype));

// --- gather, scatter ----------------------------------------------------------------------------------------------------------------------

lower('GatherV2', ({ x, indices }, { axis }) => {
  const shape = [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)];
  return traced(emit('Gather', [nameOf(x!), nameOf(indices!)], { axis }), shape, x!.dtype);
});
// ScatterElements, though it wants an index per element: ScatterND adds from several threads at once, and its sums differ from run to run.
lower('UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }) => {
  const shape = [numSegments, ...x!.shape.slice(1)];
  const column = emit('Reshape', [toInt64(segmentIds!), shapeConstant([x!.shape[0]!, ...shape.slice(1).fill(1)])]);
  const indices = emit('Expand', [column, shapeConstant(x!.shape)]);
  const zeros = nameOf(filled(0, shape, x!.dtype));
  return traced(emit('ScatterElements', [zeros, indices, nameOf(x!)], { axis: 0, reduction: 'add' }), shape, x!.dtype);
});
lower('OneHot', ({ indices }, { depth, onValue, offValue }) => {
  const values = nameOf(tf.tensor1d([offValue ?? 0, onValue ?? 1], 'float32'));
  return traced(emit('OneHot', [toInt64(indices!), shapeConstant([depth]), values], { axis: -1 }), [...indices!.shape, depth], 'float32');
});

function toInt64(info: tf.TensorInfo): string {
  return emit('Cast', [nameOf(info)], { to: ONNX_TYPE.int64 });
}

// --- the model's fused operations (src-main/model/operations.ts) --------------------------------------------------------------------------

/** y, mean and 1 / sqrt(variance + epsilon) in one pass. */
lower('FusedLayerNorm', ({ x, gain, bias }, { epsilon }) => {
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  const [y, mean, scale] = addLayerNorm([nameOf(x!), nameOf(gain!), nameOf(bias!)], attributes);
  const reduced = [...x!.shape.slice(0, -1), 1];
  return [traced(y!, x!.shape, 'float32'), traced(mean!, reduced, 'float32'), traced(scale!, reduced, 'float32')];
});

/** y and 1 / sqrt(mean(x^2) + epsilon) in one pass. */
lower('FusedRmsNorm', ({ x, gain }, { epsilon }) => {
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  const [y, scale] = traceBackend.current.add('SimplifiedLayerNormalization', [nameOf(x!), nameOf(gain!)], attributes, { outputs: 2 });
  return [traced(y!, x!.shape, 'float32'), traced(scale!, [...x!.shape.slice(0, -1), 1], 'float32')];
});

/** -log softmax(logits)[target] per row, and softmax(logits). A probability below 1e-37 counts as 1e-37. */
lower('FusedCrossEntropy', ({ logits, targets }) => {
  const probabilities = emit('Softmax', [nameOf(logits!)], { axis: 1 });
  const picked = emit('GatherElements', [probabilities, columnOf(targets!)], { axis: 1 });
  const bounded = emit('Max', [picked, nameOf(filled(1e-37, [], 'float32'))]);
  const losses = traced(emit('Neg', [emit('Log', [bounded])]), [logits!.shape[0]!, 1], 'float32');
  return [reshape(losses, [logits!.shape[0]!]), traced(probabilities, logits!.shape, 'float32')];
});

/** (probabilities - onehot(targets)) * factors, factors [rows, 1]. */
lower('FusedCrossEntropyGradient', ({ probabilities, targets, factors }) => {
  const scaled = emit('Mul', [nameOf(probabilities!), nameOf(factors!)]);
  const corrections = emit('Neg', [nameOf(factors!)]);
  const result = emit('ScatterElements', [scaled, columnOf(targets!), corrections], { axis: 1, reduction: 'add' });
  return [traced(result, probabilities!.shape, 'float32')];
});

function columnOf(targets: tf.TensorInfo): string {
  return emit('Unsqueeze', [toInt64(targets), shapeConstant([1])]);
}

function addLayerNorm(inputs: string[], attributes: Record<string, number | { float: number }>): string[] {
  return traceBackend.current.add('LayerNormalization', inputs, attributes, { outputs: 3 });
}
