import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Gate } from '../../../src-shared/run.ts';
import type { HostTensors, Tensors } from '../../engine/engine.ts';
import { attention, dense, MASKED, mergeHeads, splitHeads } from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { denseSpecs, linear, norm, normSpecs } from '../transformerBlock.ts';

/** Cross-attention from every layer of the language model to the projected user embeddings. */
export interface CrossAttentionShape {
  readonly gated: boolean;
  /** Where every alpha starts; 0, as in the paper, when left out. */
  readonly gateInit?: number;
  readonly projectionSize: number;
  readonly numHeads: number;
  readonly encoderWidth: number;
  /** Longest window of events. */
  readonly maxHistory: number;
  /** Width and depth of the language model. */
  readonly dModel: number;
  readonly numLayers: number;
}

/** What the language model's layers attend to: per layer keys and values of the events, and which rows have any event. */
export interface UserContext {
  readonly layers: readonly { readonly keys: Tensor; readonly values: Tensor }[];
  /** Additive attention bias [batch, 1, 1, history]. */
  readonly bias: Tensor;
  /** [batch, 1, 1]: 1 for a user with at least one event, else 0. */
  readonly present: Tensor;
}

export function crossAttentionSpecs(shape: CrossAttentionShape): ParameterSpecs {
  const { dModel, encoderWidth, projectionSize, gateInit = 0 } = shape;
  const specs = denseSpecs('integration.projection', encoderWidth, projectionSize, 'projection');
  specs['integration.recency.weight'] = {
    shape: [shape.maxHistory, projectionSize],
    init: { std: 1 },
    component: 'projection',
    decay: false,
  };
  const matrix = (inputs: number) =>
    ({ shape: [inputs, dModel], init: { std: 1 / Math.sqrt(inputs) }, component: 'crossAttention', decay: true }) as const;
  for (let layer = 0; layer < shape.numLayers; layer++) {
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
 * Projects the user embeddings once and makes every layer's keys and values from them; none of it depends on the text.
 * @param embeddings [batch, history, encoderWidth]
 * @param mask int32 [batch, history]: 1 = event, may be attended
 */
export function userContext(parameters: Tensors, shape: CrossAttentionShape, embeddings: Tensor, mask: Tensor): UserContext {
  const events = tf.cast(mask, 'float32');
  const projected = tf.add(linear(parameters, 'integration.projection', embeddings), recencyEmbeddings(parameters, events));
  const layers = Array.from({ length: shape.numLayers }, (_, layer) => {
    const heads = (part: string) => splitHeads(dense(projected, parameters[`integration.layers.${layer}.${part}.weight`]!), shape.numHeads);
    return { keys: heads('key'), values: heads('value') };
  });
  return { layers, bias: maskBias(events), present: tf.expandDims(tf.max(events, 1, true), 2) };
}

/** A learned vector per event for the number of events after it: [batch, history] -> [batch, history, projectionSize]. */
function recencyEmbeddings(parameters: Tensors, events: Tensor): Tensor {
  const [batch, history] = events.shape as [number, number];
  const slots = tf.range(0, history, 1, 'int32');
  const isLater = tf.cast(tf.greater(tf.expandDims(slots, 1), tf.expandDims(slots, 0)), 'float32');
  const eventsAfter = tf.cast(tf.matMul(events, isLater), 'int32');
  const rows = tf.gather(parameters['integration.recency.weight']!, tf.reshape(eventsAfter, [-1]) as tf.Tensor1D);
  return tf.reshape(rows, [batch, history, -1]);
}

/** 0 where `events` is 1, `MASKED` where it is 0: [batch, history] -> [batch, 1, 1, history]. */
function maskBias(events: Tensor): Tensor {
  return tf.expandDims(tf.expandDims(tf.mul(tf.sub(1, events), MASKED), 1), 1);
}

/**
 * O_i + g_i CrossAttn(LN(O_i), E, E) (User-LLM equations 1-4): g_i = tanh(alpha_i) when gated, 1 otherwise.
 * Differs from the paper: added to the residual stream, where equation 1 read literally overwrites it.
 * A user without events adds exactly zero.
 * @param x O_i: [batch, length, dModel]
 */
export function addCrossAttention(parameters: Tensors, shape: CrossAttentionShape, layer: number, x: Tensor, context: UserContext): Tensor {
  const prefix = `integration.layers.${layer}`;
  const query = splitHeads(dense(norm(parameters, `${prefix}.norm`, x), parameters[`${prefix}.query.weight`]!), shape.numHeads);
  const { keys, values } = context.layers[layer]!;
  const attended = mergeHeads(attention(query, keys, values, context.bias));
  const gate = shape.gated ? tf.mul(tf.tanh(parameters[`${prefix}.gate`]!), context.present) : context.present;
  return tf.add(x, tf.mul(dense(attended, parameters[`${prefix}.out.weight`]!), gate));
}

/** tanh(alpha) per layer; empty for an ungated model. */
export function gateValues(parameters: HostTensors): Gate[] {
  return Object.entries(parameters)
    .map(([name, tensor]) => ({ match: /^integration\.layers\.(\d+)\.gate$/.exec(name), tensor }))
    .filter(({ match }) => match !== null)
    .map(({ match, tensor }) => ({ layer: Number(match![1]), value: Math.tanh(tensor.data[0]!) }))
    .sort((a, b) => a.layer - b.layer);
}
