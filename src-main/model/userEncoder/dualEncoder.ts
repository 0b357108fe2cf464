import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { causalBias, crossEntropy, gelu, MASKED } from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { addFeedForward, addSelfAttention, blockSpecs, denseSpecs, embeddingSpecs, linear, norm, normSpecs } from '../transformerBlock.ts';
import { type DualShape, lastEvent, positions, type UserEncoderShape } from './autoregressive.ts';

const COMPONENT = 'encoder';
const LABEL = 'encoder.head.label';
const NORMALISE_EPSILON = 1e-12;

/** The part of a shape that only a dual encoder has. */
function dualOf({ dual }: UserEncoderShape): DualShape {
  if (!dual) throw new Error('dualEncoder: expected a shape with "dual", got one without');
  return dual;
}

/**
 * Dual encoder (User-LLM section 3.2, late fusion). User tower: a causal Transformer per feature, whose last hidden states meet in fusion
 * layers that give k embeddings. Label tower: the label feature's embedding and two layers; only pretraining uses it.
 */
export function dualEncoderSpecs(shape: UserEncoderShape): ParameterSpecs {
  const { dModel, features, numLayers, maxHistory } = shape;
  const { numEmbeddings, labelFeature } = dualOf(shape);
  const specs: ParameterSpecs = embeddingSpecs('encoder.position', maxHistory, dModel, COMPONENT);
  for (const { name, vocabularySize } of features) {
    Object.assign(specs, embeddingSpecs(`encoder.embedding.${name}`, vocabularySize, dModel, COMPONENT));
    for (let layer = 0; layer < numLayers; layer++)
      Object.assign(specs, blockSpecs(`encoder.towers.${name}.layers.${layer}`, shape, COMPONENT));
    Object.assign(specs, normSpecs(`encoder.towers.${name}.finalNorm`, dModel, COMPONENT));
  }
  const labels = features.find(({ name }) => name === labelFeature);
  if (!labels) throw new Error(`dualEncoder: expected a label feature among the encoder's, got "${labelFeature}"`);
  return {
    ...specs,
    ...denseSpecs('encoder.fusion.in', features.length * dModel, 4 * dModel, COMPONENT),
    ...denseSpecs('encoder.fusion.out', 4 * dModel, numEmbeddings * dModel, COMPONENT),
    ...normSpecs('encoder.finalNorm', dModel, COMPONENT),
    ...embeddingSpecs(`${LABEL}.embedding`, labels.vocabularySize, dModel, COMPONENT),
    ...denseSpecs(`${LABEL}.in`, dModel, 4 * dModel, COMPONENT),
    ...denseSpecs(`${LABEL}.out`, 4 * dModel, dModel, COMPONENT),
  };
}

/**
 * The k embeddings of every user, from the last event's hidden states.
 * @returns [batch, k, dModel]; zero for a user without events
 */
export function encodeUserTower(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): Tensor {
  const mask = inputs['history.mask']!;
  const last = lastEvent(readTowers(parameters, shape, inputs), mask);
  const present = tf.reshape(tf.max(tf.cast(mask, 'float32'), 1), [-1, 1, 1]);
  return tf.mul(fuse(parameters, shape, last), present);
}

/** Hidden states of every feature's tower side by side: [batch, history, features * dModel]. */
function readTowers(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): Tensor {
  const [batch, history] = inputs['history.mask']!.shape as [number, number];
  const bias = causalBias(history);
  const towers = shape.features.map(({ name }) => {
    const rows = tf.gather(parameters[`encoder.embedding.${name}.weight`]!, tf.reshape(inputs[`history.${name}`]!, [-1]) as tf.Tensor1D);
    let x: Tensor = tf.add(tf.reshape(rows, [batch, history, shape.dModel]), positions(parameters, shape, history));
    if (inputs['dropout.0']) x = tf.mul(x, inputs['dropout.0']);
    for (let layer = 0; layer < shape.numLayers; layer++) {
      const prefix = `encoder.towers.${name}.layers.${layer}`;
      x = addSelfAttention(parameters, prefix, shape, x, bias, inputs[`dropout.${2 * layer + 1}`]);
      x = addFeedForward(parameters, prefix, x, inputs[`dropout.${2 * layer + 2}`]);
    }
    return norm(parameters, `encoder.towers.${name}.finalNorm`, x);
  });
  return towers.length === 1 ? towers[0]! : tf.concat(towers, 2);
}

/** [rows, features * dModel] -> [rows, k, dModel] */
function fuse(parameters: Tensors, shape: UserEncoderShape, towers: Tensor): Tensor {
  const fused = linear(parameters, 'encoder.fusion.out', gelu(linear(parameters, 'encoder.fusion.in', towers)));
  return norm(parameters, 'encoder.finalNorm', tf.reshape(fused, [-1, dualOf(shape).numEmbeddings, shape.dModel]));
}

/** Label tower: int32 [rows] -> unit vectors [rows, dModel]. */
function readLabels(parameters: Tensors, embedded: Tensor): Tensor {
  return normalise(linear(parameters, `${LABEL}.out`, gelu(linear(parameters, `${LABEL}.in`, embedded))));
}

/** x / ||x|| over the last axis. */
function normalise(x: Tensor): Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), NORMALISE_EPSILON)));
}

/**
 * In-batch sampled soft-max with logQ correction (Yi et al. 2019, equation 4): every trained step of the batch is a row, every step's label a
 * column; s_ij = cos(mean of the k user embeddings, label_j) / temperature - log q_j, q_j the label's share of the training labels. Columns
 * that hold a row's own label by accident, and columns without a label, are masked.
 * @param inputs as of the autoregressive encoder; float32 `labels.logQ` [batch, history]
 */
export function dualLoss(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): { loss: Tensor; byFeature: Tensors } {
  const { labelFeature, temperature } = dualOf(shape);
  const towers = readTowers(parameters, shape, inputs);
  const users = normalise(tf.mean(fuse(parameters, shape, tf.reshape(towers, [-1, towers.shape[2]!])), 1));
  const ids = tf.reshape(inputs[`labels.${labelFeature}`]!, [-1]);
  const labels = readLabels(parameters, tf.gather(parameters[`${LABEL}.embedding.weight`]!, ids as tf.Tensor1D));
  const rows = ids.shape[0]!;
  const isLabel = tf.cast(tf.reshape(inputs['labels.mask']!, [-1]), 'float32');
  const own = tf.cast(tf.equal(tf.expandDims(ids, 1), tf.expandDims(ids, 0)), 'float32');
  const accident = tf.sub(own, tf.mul(own, identityMatrix(rows)));
  const columns = tf.sub(tf.mul(tf.sub(1, isLabel), MASKED), tf.reshape(inputs['labels.logQ']!, [-1]));
  const similarity = tf.mul(tf.matMul(users, labels, false, true), 1 / temperature);
  const logits = tf.add(tf.add(similarity, columns), tf.mul(accident, MASKED));
  const loss = crossEntropy(logits, tf.range(0, rows, 1, 'int32'), isLabel);
  return { loss, byFeature: { [labelFeature]: loss } };
}

function identityMatrix(size: number): Tensor {
  const places = tf.range(0, size, 1, 'int32');
  return tf.cast(tf.equal(tf.expandDims(places, 1), tf.expandDims(places, 0)), 'float32');
}

/** Similarity of every value of the label feature, over the temperature: [batch, vocabulary]. */
export function dualLogits(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): Tensor {
  const users = normalise(tf.mean(encodeUserTower(parameters, shape, inputs), 1));
  const labels = readLabels(parameters, parameters[`${LABEL}.embedding.weight`]!);
  return tf.mul(tf.matMul(users, labels, false, true), 1 / dualOf(shape).temperature);
}
