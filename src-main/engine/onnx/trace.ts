import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { ProgramFunction, TensorSpec, Tensors } from '../engine.ts';
import type { Graph } from './graph.ts';
import './lowerings.ts';
import { simplify } from './simplify.ts';
import { elementType, nameOf, traceBackend, traced, withTrace } from './traceBackend.ts';

export interface Trace {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, TensorSpec>>;
}

/**
 * Runs `fn` once on symbolic tensors and returns the graph of what it computes.
 * Graph inputs and outputs carry the names of `inputs` and of the result's entries. An input that `fn` does not use is left out.
 * @throws an error that names the operation and the line of code when an operation has no lowering
 */
export function trace(fn: ProgramFunction, inputs: Readonly<Record<string, TensorSpec>>): Trace {
  const outputs: Record<string, TensorSpec> = {};
  const { graph } = withTrace((graph) => {
    const results = callTraced(fn, symbolicInputs(graph, inputs));
    for (const [name, tensor] of Object.entries(results)) {
      if (tensor.dtype !== 'float32' && tensor.dtype !== 'int32')
        throw new Error(`trace: output "${name}" must be float32 or int32, got ${tensor.dtype}`);
      outputs[name] = { shape: tensor.shape, dtype: tensor.dtype };
      nameOutput(graph, outputName(name), tensor);
    }
  });
  simplify(graph);
  dropUnusedInputs(graph);
  return { graph, outputs };
}

/** Names of graph outputs must differ from names of graph inputs. */
export function outputName(name: string): string {
  return `out:${name}`;
}

function symbolicInputs(graph: Graph, inputs: Readonly<Record<string, TensorSpec>>): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => {
      graph.addInput({ name, shape, type: dtype });
      return [name, tf.engine().makeTensorFromTensorInfo(traced(name, shape, dtype), traceBackend)];
    }),
  );
}

function callTraced(fn: ProgramFunction, inputs: Tensors): Tensors {
  try {
    return fn(inputs);
  } catch (error) {
    const missing = /Kernel '(\w+)' not registered/.exec(error instanceof Error ? error.message : '');
    if (!missing) throw error;
    const line = /at .*?((?:src-main|test)\/[^\s)]+:\d+)/.exec((error as Error).stack ?? '')?.[1] ?? 'unknown place';
    throw new Error(`trace: operation ${missing[1]} has no ONNX lowering (used at ${line}); add one to src-main/engine/onnx/lowerings.ts`, {
      cause: error,
    });
  }
}

/** The producing node takes the output's name; only values that are inputs, constants or outputs already are copied. */
function nameOutput(graph: Graph, name: string, tensor: tf.Tensor): void {
  const value = nameOf(tensor);
  graph.outputs.push({ name, shape: tensor.shape, type: elementType(tensor.dtype) });
  graph.add('Identity', [value], { output: name });
  const identity = graph.nodes.at(-1)!;
  graph.nodes[graph.nodes.length - 1] = { ...identity, outputs: [name], attributes: {} };
}

function dropUnusedInputs(graph: Graph): void {
  const used = new Set(graph.nodes.flatMap((node) => node.inputs));
  const kept = graph.inputs.filter((input) => used.has(input.name));
  graph.inputs.splice(0, graph.inputs.length, ...kept);
}
