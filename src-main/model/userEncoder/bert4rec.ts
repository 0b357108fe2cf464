import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { MASKED } from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { addFeedForward, addSelfAttention, norm } from '../transformerBlock.ts';
import { embedEvents, featureLogits, featureLosses, positions, type UserEncoderShape, userEncoderSpecs } from './autoregressive.ts';

/**
 * BERT4Rec's encoder (Sun et al. 2019): a Transformer that looks both ways, trained to name masked events. There is one place more than
 * events: the next event is predicted as a masked one after the last. Differs from the original: pre-LN blocks, several features per event.
 */
export function bert4recSpecs(shape: UserEncoderShape): ParameterSpecs {
  const specs = userEncoderSpecs({ ...shape, maxHistory: placesOf(shape) });
  return {
    ...specs,
    'encoder.head.mask': { shape: [shape.dModel], init: { std: 1 / Math.sqrt(shape.dModel) }, component: 'encoder', decay: false },
  };
}

function placesOf({ maxHistory }: UserEncoderShape): number {
  return maxHistory + 1;
}

/**
 * One embedding per event, each knowing all events of the window.
 * @param inputs as of the autoregressive encoder
 * @returns [batch, history, dModel]; zero where there is no event
 */
export function encodeBothWays(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): Tensor {
  const mask = tf.cast(inputs['history.mask']!, 'float32');
  const x = transform(parameters, shape, inputs, embedEvents(parameters, shape, inputs), mask);
  return tf.mul(x, tf.expandDims(mask, 2));
}

/**
 * Cloze loss: the mean over features of the cross-entropy at masked events and at the place after the last event. Rows whose next event may
 * not be trained on have no label there.
 * @param inputs as `encodeBothWays`; int32 `cloze.mask` [batch, history] (1 = masked; left out: none), `labels.<feature>`, `labels.mask`
 */
export function clozeLoss(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): { loss: Tensor; byFeature: Tensors } {
  const isNext = nextPlace(inputs);
  const [batch, history] = inputs['history.mask']!.shape as [number, number];
  const none = tf.zeros([batch, 1]);
  const masked = inputs['cloze.mask'] ? tf.cast(inputs['cloze.mask'], 'float32') : tf.zeros([batch, history]);
  const hidden = readMasked(parameters, shape, inputs, tf.concat([masked, none], 1));
  const afterEvents = (x: Tensor) => tf.mul(isNext, tf.concat([none, tf.cast(x, 'float32')], 1));
  const weights = tf.add(tf.concat([masked, none], 1), afterEvents(inputs['labels.mask']!));
  const targetOf = (name: string) => {
    const own = tf.concat([tf.cast(inputs[`history.${name}`]!, 'float32'), none], 1);
    return tf.cast(tf.add(tf.mul(own, tf.sub(1, isNext)), afterEvents(inputs[`labels.${name}`]!)), 'int32');
  };
  return featureLosses(parameters, shape, tf.reshape(hidden, [-1, shape.dModel]), inputs, { targetOf, weights: tf.reshape(weights, [-1]) });
}

/** Scores of every value of `feature` for the event after the last one: [batch, vocabulary]. */
export function nextClozeLogits(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors, feature: string): Tensor {
  const isNext = nextPlace(inputs);
  const hidden = readMasked(parameters, shape, inputs, tf.zerosLike(isNext));
  const next = tf.matMul(tf.expandDims(isNext, 1), hidden);
  return featureLogits(parameters, feature, tf.reshape(next, [-1, shape.dModel]));
}

/** [batch, history + 1]: 1 at the place after the last event. */
function nextPlace(inputs: Tensors): Tensor {
  const events = tf.cast(inputs['history.mask']!, 'float32');
  const [batch, history] = events.shape as [number, number];
  const places = tf.range(0, history + 1, 1, 'float32');
  return tf.cast(tf.equal(tf.mul(tf.ones([batch, 1]), places), tf.sum(events, 1, true)), 'float32');
}

/** All places with the mask vector at the next one and where `masked` is 1: [batch, history + 1, dModel]. */
function readMasked(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors, masked: Tensor): Tensor {
  const events = embedEvents(parameters, shape, inputs);
  const [batch, , dModel] = events.shape as [number, number, number];
  const isNext = nextPlace(inputs);
  const hide = tf.expandDims(tf.maximum(masked, isNext), 2);
  const all = tf.concat([events, tf.zeros([batch, 1, dModel])], 1);
  const x = tf.add(tf.mul(all, tf.sub(1, hide)), tf.mul(hide, parameters['encoder.head.mask']!));
  const visible = tf.add(tf.concat([tf.cast(inputs['history.mask']!, 'float32'), tf.zeros([batch, 1])], 1), isNext);
  return transform(parameters, shape, inputs, x, visible);
}

/** @param visible float32 [batch, places]: 1 = may be attended */
function transform(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors, events: Tensor, visible: Tensor): Tensor {
  const bias = tf.expandDims(tf.expandDims(tf.mul(tf.sub(1, visible), MASKED), 1), 1);
  let x: Tensor = tf.add(events, positions(parameters, shape, events.shape[1]!));
  if (inputs['dropout.0']) x = tf.mul(x, inputs['dropout.0']);
  for (let layer = 0; layer < shape.numLayers; layer++) {
    const prefix = `encoder.layers.${layer}`;
    x = addSelfAttention(parameters, prefix, shape, x, bias, inputs[`dropout.${2 * layer + 1}`]);
    x = addFeedForward(parameters, prefix, x, inputs[`dropout.${2 * layer + 2}`]);
  }
  return norm(parameters, 'encoder.finalNorm', x);
}
