import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Gate } from '../../../src-shared/run.ts';
import type { HostTensors, Tensors } from '../../engine/engine.ts';
import { attention, attentionWeights, dense, MASKED, mergeHeads, splitHeads } from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { norm, normSpecs } from '../transformerBlock.ts';
import { type MemoryShape, memorySpecs, readMemory } from './memory.ts';

/** Cross-attention from layers of the language model to the projected user embeddings. */
export interface CrossAttentionShape extends MemoryShape {
  readonly gated: boolean;
  /** Where every alpha starts; 0, as in the paper, when left out. */
  readonly gateInit?: number;
  /** How the result joins the text; `add` when left out. See `addCrossAttention`. */
  readonly residual?: 'add' | 'paper';
  /** n: the layers n - 1, 2n - 1, ... attend, layers counting from 0; every layer when left out. */
  readonly everyNthLayer?: number;
  readonly numHeads: number;
  /** Width and depth of the language model. */
  readonly dModel: number;
  readonly numLayers: number;
}

/** What the language model's layers attend to: keys and values of the events, and which rows have any event. */
export interface UserContext {
  /** By layer; null for a layer that does not attend. */
  readonly layers: readonly ({ readonly keys: Tensor; readonly values: Tensor } | null)[];
  /** Additive attention bias [batch, 1, 1, slots]. */
  readonly bias: Tensor;
  /** [batch, 1, 1]: 1 for a user with at least one event, else 0. */
  readonly present: Tensor;
  /** Receives the weights of each attending layer [batch, heads, length, slots]: those of a row sum to 1, or are all 0 without events. */
  readonly onWeights?: (layer: number, weights: Tensor) => void;
}

/** Whether a layer of the language model attends to the user. */
export function attendsUser({ everyNthLayer = 1 }: CrossAttentionShape, layer: number): boolean {
  return (layer + 1) % everyNthLayer === 0;
}

/** The layers that attend to the user, in order. */
export function attendingLayers(shape: CrossAttentionShape): number[] {
  return Array.from({ length: shape.numLayers }, (_, layer) => layer).filter((layer) => attendsUser(shape, layer));
}

export function crossAttentionSpecs(shape: CrossAttentionShape): ParameterSpecs {
  const { dModel, projectionSize, gateInit = 0 } = shape;
  const specs = memorySpecs(shape);
  const matrix = (inputs: number) =>
    ({ shape: [inputs, dModel], init: { std: 1 / Math.sqrt(inputs) }, component: 'crossAttention', decay: true }) as const;
  for (const layer of attendingLayers(shape)) {
    const prefix = `integration.layers.${layer}`;
    Object.assign(specs, normSpecs(`${prefix}.norm`, dModel, 'crossAttention'), {
      [`${prefix}.query.weight`]: matrix(dModel),
      [`${prefix}.key.weight`]: matrix(projectionSize),
      [`${prefix}.value.weight`]: matrix(projectionSize),
      [`${prefix}.out.weight`]: matrix(dModel),
    });
    if (shape.gated) specs[`${prefix}.gate`] = { shape: [], init: { constant: gateInit }, component: 'gates', decay: false };
  }
  return specs;
}

/**
 * Projects the user embeddings once and makes every attending layer's keys and values from them; none of it depends on the text.
 * @param embeddings [batch, history, encoderWidth]
 * @param mask int32 [batch, history]: 1 = event, may be attended
 */
export function userContext(parameters: Tensors, shape: CrossAttentionShape, embeddings: Tensor, mask: Tensor): UserContext {
  const memory = readMemory(parameters, shape, embeddings, mask);
  const layers = Array.from({ length: shape.numLayers }, (_, layer) => {
    if (!attendsUser(shape, layer)) return null;
    const weight = (part: string) => parameters[`integration.layers.${layer}.${part}.weight`]!;
    const heads = (part: string) => splitHeads(dense(memory.vectors, weight(part)), shape.numHeads);
    return { keys: heads('key'), values: heads('value') };
  });
  return { layers, bias: maskBias(memory.mask), present: tf.expandDims(tf.max(memory.mask, 1, true), 2) };
}

/** 0 where `mask` is 1, `MASKED` where it is 0: [batch, slots] -> [batch, 1, 1, slots]. */
function maskBias(mask: Tensor): Tensor {
  return tf.expandDims(tf.expandDims(tf.mul(tf.sub(1, mask), MASKED), 1), 1);
}

/**
 * User-LLM equations 1-4, with g_i = tanh(alpha_i) when gated, 1 otherwise.
 * - `add`: O_i + g_i CrossAttn(LN(O_i), E, E). Differs from the paper: added to the residual stream. With g_i = 0 exactly O_i.
 * - `paper`: LN(O_i) + g_i CrossAttn(LN(O_i), E, E), equation 1 read literally: the normalised text overwrites the residual stream,
 *   which a language model that was pretrained without it does not survive; for models trained here.
 * A user without events leaves O_i exactly as it is, either way.
 * @param x O_i: [batch, length, dModel]
 */
export function addCrossAttention(parameters: Tensors, shape: CrossAttentionShape, layer: number, x: Tensor, context: UserContext): Tensor {
  const prefix = `integration.layers.${layer}`;
  const normalised = norm(parameters, `${prefix}.norm`, x);
  const query = splitHeads(dense(normalised, parameters[`${prefix}.query.weight`]!), shape.numHeads);
  const { keys, values } = context.layers[layer]!;
  const attended = dense(mergeHeads(attention(query, keys, values, context.bias)), parameters[`${prefix}.out.weight`]!);
  const { present } = context;
  context.onWeights?.(layer, tf.mul(attentionWeights(query, keys, context.bias), tf.expandDims(present, 3)));
  const gate = shape.gated ? tf.mul(tf.tanh(parameters[`${prefix}.gate`]!), present) : present;
  if (shape.residual !== 'paper') return tf.add(x, tf.mul(attended, gate));
  const kept = tf.add(tf.mul(x, tf.sub(1, present)), tf.mul(normalised, present));
  return tf.add(kept, tf.mul(attended, gate));
}

/** tanh(alpha) per layer; empty for an ungated model. */
export function gateValues(parameters: HostTensors): Gate[] {
  return Object.entries(parameters)
    .map(([name, tensor]) => ({ match: /^integration\.layers\.(\d+)\.gate$/.exec(name), tensor }))
    .filter(({ match }) => match !== null)
    .map(({ match, tensor }) => ({ layer: Number(match![1]), value: Math.tanh(tensor.data[0]!) }))
    .sort((a, b) => a.layer - b.layer);
}
