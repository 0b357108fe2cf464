import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { causalBias, dense, linearCrossEntropy } from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import {
  addFeedForward,
  addSelfAttention,
  type BlockShape,
  blockSpecs,
  denseSpecs,
  embeddingSpecs,
  linear,
  norm,
  normSpecs,
} from '../transformerBlock.ts';
import { sampledCrossEntropy } from './sampledSoftmax.ts';

/** A user encoder of any architecture; `userEncoder.ts` chooses. */
export interface UserEncoderShape extends BlockShape {
  /** `autoregressive` when left out. */
  readonly architecture?: 'autoregressive' | 'bert4rec' | 'dual';
  readonly features: readonly { readonly name: string; readonly vocabularySize: number }[];
  /** Features that are predicted, each one of `features`; all of them when left out. A dual encoder predicts `dual.labelFeature`. */
  readonly labels?: readonly string[];
  /** Wrong answers that a predicted feature is compared with in training; every value of the vocabulary when left out. */
  readonly sampledSoftmax?: number;
  readonly dual?: DualShape;
  /** Longest window; the number of learned positions. */
  readonly maxHistory: number;
}

/** What only a dual encoder has. */
export interface DualShape {
  /** k: embeddings of a user. */
  readonly numEmbeddings: number;
  readonly labelFeature: string;
  readonly temperature: number;
}

const COMPONENT = 'encoder';

/** The features that heads predict. */
export function predictedFeatures({ features, labels }: UserEncoderShape): UserEncoderShape['features'] {
  return labels ? features.filter(({ name }) => labels.includes(name)) : features;
}

export function userEncoderSpecs(shape: UserEncoderShape): ParameterSpecs {
  const { dModel, features, numLayers } = shape;
  const specs: ParameterSpecs = {};
  for (const feature of features)
    Object.assign(specs, embeddingSpecs(`encoder.embedding.${feature.name}`, feature.vocabularySize, dModel, COMPONENT));
  const fanIn = features.length * dModel;
  Object.assign(specs, denseSpecs('encoder.eventProjection', fanIn, dModel, COMPONENT));
  Object.assign(specs, embeddingSpecs('encoder.position', shape.maxHistory, dModel, COMPONENT));
  for (let layer = 0; layer < numLayers; layer++) Object.assign(specs, blockSpecs(`encoder.layers.${layer}`, shape, COMPONENT));
  Object.assign(specs, normSpecs('encoder.finalNorm', dModel, COMPONENT));
  for (const feature of predictedFeatures(shape)) Object.assign(specs, headSpecs(feature, dModel));
  return specs;
}

/** Prediction head of a feature. */
export function headSpecs(feature: UserEncoderShape['features'][number], dModel: number): ParameterSpecs {
  const prefix = `encoder.head.${feature.name}`;
  return {
    [`${prefix}.weight`]: { shape: [dModel, dModel], init: { std: 1 / Math.sqrt(dModel) }, component: COMPONENT, decay: true },
    [`${prefix}.bias`]: { shape: [feature.vocabularySize], init: 'zeros', component: COMPONENT, decay: false },
  };
}

/**
 * The autoregressive user encoder (User-LLM section 3.2, early fusion): a causal Transformer over the events of a timeline. With one
 * predicted feature, the title, it is SASRec (Kang and McAuley 2018) trained with full cross-entropy.
 *
 * One embedding per event, E_u (User-LLM section 3.2): x_t = W concat_m(E_m[x_{t,m}]) + position_t, then causal blocks and a final LayerNorm.
 * @param inputs int32 `history.<feature>` [batch, history] (time order, PAD after the last event), int32 `history.mask` (1 = event: may be attended);
 *   float32 `dropout.<k>` where dropout applies
 * @returns [batch, history, dModel]; zero where there is no event
 */
export function encodeHistory(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): Tensor {
  const mask = inputs['history.mask']!;
  const historyLength = mask.shape[1]!;
  const bias = causalBias(historyLength);
  let x: Tensor = tf.add(embedEvents(parameters, shape, inputs), positions(parameters, shape, historyLength));
  if (inputs['dropout.0']) x = tf.mul(x, inputs['dropout.0']);
  for (let layer = 0; layer < shape.numLayers; layer++) {
    const prefix = `encoder.layers.${layer}`;
    x = addSelfAttention(parameters, prefix, shape, x, bias, inputs[`dropout.${2 * layer + 1}`]);
    x = addFeedForward(parameters, prefix, x, inputs[`dropout.${2 * layer + 2}`]);
  }
  return tf.mul(norm(parameters, 'encoder.finalNorm', x), tf.expandDims(tf.cast(mask, 'float32'), 2));
}

/** W concat_m(E_m[x_{t,m}]): [batch, history, dModel], without positions. */
export function embedEvents(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): Tensor {
  const [batch, historyLength] = inputs['history.mask']!.shape as [number, number];
  const embedded = shape.features.map((feature) => {
    const ids = tf.reshape(inputs[`history.${feature.name}`]!, [-1]);
    return tf.gather(parameters[`encoder.embedding.${feature.name}.weight`]!, ids as tf.Tensor1D);
  });
  const events = linear(parameters, 'encoder.eventProjection', embedded.length === 1 ? embedded[0]! : tf.concat(embedded, 1));
  return tf.reshape(events, [batch, historyLength, shape.dModel]);
}

/** The first `length` learned positions: [length, dModel]. */
export function positions(parameters: Tensors, shape: UserEncoderShape, length: number): Tensor {
  return tf.slice(parameters['encoder.position.weight']!, [0, 0], [length, shape.dModel]);
}

/**
 * Next-event pretraining (User-LLM section 3.2): the mean over features of the cross-entropy between
 * logits_m = (e_t W_m) E_m' + b_m and the next event's value, over the steps whose label may be trained on.
 * Differs from the paper: the output matrix is the embedding table, shared (tied) through a square W_m.
 * @param inputs as `encodeHistory`, and int32 `labels.<feature>`, `labels.mask` [batch, history]
 */
export function nextEventLoss(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): { loss: Tensor; byFeature: Tensors } {
  const embeddings = tf.reshape(encodeHistory(parameters, shape, inputs), [-1, shape.dModel]);
  const weights = tf.reshape(tf.cast(inputs['labels.mask']!, 'float32'), [-1]);
  return featureLosses(parameters, shape, embeddings, inputs, { targetOf: (name) => inputs[`labels.${name}`]!, weights });
}

/** The mean over the predicted features of their cross-entropies, by full soft-max or, where `samples.<feature>` are given, by sampled one. */
export function featureLosses(
  parameters: Tensors,
  shape: UserEncoderShape,
  embeddings: Tensor,
  inputs: Tensors,
  { targetOf, weights }: { targetOf: (feature: string) => Tensor; weights: Tensor },
): { loss: Tensor; byFeature: Tensors } {
  const byFeature: Tensors = {};
  for (const { name } of predictedFeatures(shape)) {
    const head = featureHead(parameters, name, embeddings);
    const targets = tf.reshape(targetOf(name), [-1]);
    const samples = inputs[`samples.${name}`];
    byFeature[name] = samples
      ? sampledCrossEntropy(head, targets, samples, weights)
      : linearCrossEntropy(head.hidden, head.weight, head.bias, targets, weights);
  }
  const losses = Object.values(byFeature);
  const loss = losses.slice(1).reduce((sum, next) => tf.add(sum, next), losses[0]!);
  return { loss: tf.mul(loss, 1 / losses.length), byFeature };
}

/** Scores of every value of `feature` as the next event's, after the last event of each row: [batch, vocabulary]. */
export function nextEventLogits(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors, feature: string): Tensor {
  const embeddings = encodeHistory(parameters, shape, inputs);
  return featureLogits(parameters, feature, lastEvent(embeddings, inputs['history.mask']!));
}

/** The embedding of each row's last event: [batch, history, width] -> [batch, width]; zero for an empty history. */
export function lastEvent(embeddings: Tensor, mask: Tensor): Tensor {
  return tf.reshape(tf.matMul(lastEventSelector(mask), embeddings), [embeddings.shape[0]!, embeddings.shape[2]!]);
}

/** [batch, 1, history]: 1 at each row's last event, 0 elsewhere (and everywhere for an empty history). */
function lastEventSelector(mask: Tensor): Tensor {
  const [batch, historyLength] = mask.shape as [number, number];
  const events = tf.cast(mask, 'float32');
  const following = tf.concat([tf.slice(events, [0, 1], [batch, historyLength - 1]), tf.zeros([batch, 1])], 1);
  return tf.expandDims(tf.sub(events, following), 1);
}

/** Scores of every value of a feature: [rows, dModel] -> [rows, vocabulary]. */
export function featureLogits(parameters: Tensors, feature: string, embeddings: Tensor): Tensor {
  const { hidden, weight, bias } = featureHead(parameters, feature, embeddings);
  return tf.add(tf.matMul(hidden, weight, false, true), bias);
}

/** What a feature's logits hidden weight' + bias are made of. */
function featureHead(parameters: Tensors, feature: string, embeddings: Tensor) {
  return {
    hidden: dense(embeddings, parameters[`encoder.head.${feature}.weight`]!),
    weight: parameters[`encoder.embedding.${feature}.weight`]!,
    bias: parameters[`encoder.head.${feature}.bias`]!,
  };
}
