import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { attention, dense, MASKED, mergeHeads, splitHeads } from '../operations.ts';
import type { ParameterSpec, ParameterSpecs } from '../parameters.ts';
import { addFeedForward, denseSpecs, norm, normSpecs } from '../transformerBlock.ts';

/** Perceiver resampler (Alayrac et al. 2022, Flamingo; User-LLM section 3.4): any number of events becomes `numLatents` vectors. */
export interface PerceiverShape {
  readonly numLatents: number;
  readonly numLayers: number;
  readonly numHeads: number;
}

const COMPONENT = 'perceiver';
const PREFIX = 'perceiver';

/** @param width of events and latents */
export function perceiverSpecs(shape: PerceiverShape, width: number): ParameterSpecs {
  const { numLatents, numLayers } = shape;
  const specs: ParameterSpecs = {
    [`${PREFIX}.latents`]: { shape: [numLatents, width], init: { std: 1 }, component: COMPONENT, decay: false },
  };
  const residual = 1 / Math.sqrt(2 * numLayers);
  const matrix = (std: number): ParameterSpec => ({ shape: [width, width], init: { std }, component: COMPONENT, decay: true });
  for (let layer = 0; layer < numLayers; layer++) {
    const prefix = `${PREFIX}.layers.${layer}`;
    Object.assign(
      specs,
      normSpecs(`${prefix}.eventNorm`, width, COMPONENT),
      normSpecs(`${prefix}.latentNorm`, width, COMPONENT),
      Object.fromEntries(['query', 'key', 'value'].map((part) => [`${prefix}.${part}.weight`, matrix(1 / Math.sqrt(width))])),
      { [`${prefix}.out.weight`]: matrix(residual / Math.sqrt(width)) },
      normSpecs(`${prefix}.feedForwardNorm`, width, COMPONENT),
      denseSpecs(`${prefix}.feedForward.in`, width, 4 * width, COMPONENT),
      denseSpecs(`${prefix}.feedForward.out`, 4 * width, width, COMPONENT, residual / Math.sqrt(4 * width)),
    );
  }
  return Object.assign(specs, normSpecs(`${PREFIX}.finalNorm`, width, COMPONENT));
}

/**
 * In every layer Z <- Z + Attn(LN_z(Z), [LN_e(E); LN_z(Z)]) W_o, then Z <- Z + FF(LN(Z)); a LayerNorm at the end.
 * Padded events are masked; latents always see each other, so a user without events gives finite numbers.
 * @param events E: [batch, history, width], event positions added
 * @param mask float32 [batch, history]: 1 = event, may be attended
 * @returns [batch, numLatents, width]
 */
export function resample(parameters: Tensors, shape: PerceiverShape, events: Tensor, mask: Tensor): Tensor {
  const [batch, , width] = events.shape as [number, number, number];
  const allowed = tf.concat([mask, tf.ones([batch, shape.numLatents])], 1);
  const bias = tf.expandDims(tf.expandDims(tf.mul(tf.sub(1, allowed), MASKED), 1), 1);
  const repeated = tf.mul(tf.ones([batch, 1, 1]), tf.expandDims(parameters[`${PREFIX}.latents`]!, 0));
  let latents: Tensor = tf.reshape(repeated, [batch, shape.numLatents, width]);
  for (let layer = 0; layer < shape.numLayers; layer++) {
    const prefix = `${PREFIX}.layers.${layer}`;
    latents = addFeedForward(parameters, prefix, addAttention(parameters, prefix, shape, latents, events, bias));
  }
  return norm(parameters, `${PREFIX}.finalNorm`, latents);
}

function addAttention(parameters: Tensors, prefix: string, shape: PerceiverShape, latents: Tensor, events: Tensor, bias: Tensor): Tensor {
  const queries = norm(parameters, `${prefix}.latentNorm`, latents);
  const sources = tf.concat([norm(parameters, `${prefix}.eventNorm`, events), queries], 1);
  const heads = (part: string, x: Tensor) => splitHeads(dense(x, parameters[`${prefix}.${part}.weight`]!), shape.numHeads);
  const attended = attention(heads('query', queries), heads('key', sources), heads('value', sources), bias);
  return tf.add(latents, dense(mergeHeads(attended), parameters[`${prefix}.out.weight`]!));
}
