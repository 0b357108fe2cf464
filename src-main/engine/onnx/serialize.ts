import onnxProto from 'onnx-proto';
import type { Attribute, Constant, Graph, Node, ValueInfo } from './graph.ts';
import { ONNX_TYPE } from './lowerings.ts';

const { onnx } = onnxProto;
const IR_VERSION = 9;
const OPSET = 20;
/** A length that is known only when the graph runs. */
export const ANY_LENGTH = -1;

/** The graph as the bytes of an ONNX model. */
export function serialize(graph: Graph): Uint8Array {
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    opsetImport: [
      { domain: '', version: OPSET },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: onnx.GraphProto.create({
      name: 'step',
      node: graph.nodes.map(nodeProto),
      initializer: [...graph.constants.values()].map(constantProto),
      input: graph.inputs.map(valueProto),
      output: graph.outputs.map(valueProto),
    }),
  });
  return onnx.ModelProto.encode(model).finish();
}

function nodeProto(node: Node) {
  return {
    opType: node.operation,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  };
}

function attributeProto(name: string, value: Attribute) {
  const type = onnx.AttributeProto.AttributeType;
  if (typeof value === 'string') return { name, type: type.STRING, s: Buffer.from(value) };
  if (typeof value === 'number') return { name, type: type.INT, i: value };
  if ('float' in value) return { name, type: type.FLOAT, f: value.float };
  return { name, type: type.INTS, ints: [...value] };
}

function constantProto(constant: Constant) {
  return { name: constant.name, dims: [...constant.shape], dataType: ONNX_TYPE[constant.type], rawData: rawBytes(constant) };
}

function rawBytes({ type, values }: Constant): Uint8Array {
  const array =
    type === 'int64'
      ? BigInt64Array.from(Array.from(values, (value) => BigInt(value)))
      : type === 'int32'
        ? Int32Array.from(values)
        : type === 'bool'
          ? Uint8Array.from(values)
          : Float32Array.from(values);
  return new Uint8Array(array.buffer);
}

function valueProto(info: ValueInfo) {
  return { name: info.name, type: { tensorType: { elemType: ONNX_TYPE[info.type], shape: { dim: info.shape.map(dimension) } } } };
}

function dimension(length: number, axis: number) {
  return length === ANY_LENGTH ? { dimParam: `length${axis}` } : { dimValue: length };
}
