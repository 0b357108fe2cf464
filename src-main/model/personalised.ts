import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';
import { type CrossAttentionShape, crossAttentionSpecs, userContext } from './integration/crossAttention.ts';
import {
  type LanguageModelShape,
  languageModelSpecs,
  readNextToken,
  readTexts,
  tokenLogits,
  tokenLoss,
  type UserPath,
} from './languageModel/languageModel.ts';
import type { ParameterSpecs } from './parameters.ts';
import { encodeHistory, type UserEncoderShape, userEncoderSpecs } from './userEncoder/autoregressive.ts';

/** A language model, and how it learns about the user: by cross-attention to an encoder's embeddings, or not at all. */
export interface PersonalisedShape {
  readonly languageModel: LanguageModelShape;
  readonly user: { readonly encoder: UserEncoderShape; readonly crossAttention: CrossAttentionShape } | null;
}

/** Every parameter of the model: language model, and with a user path also encoder, projection, cross-attention and gates. */
export function personalisedSpecs(shape: PersonalisedShape): ParameterSpecs {
  const base = languageModelSpecs(shape.languageModel);
  if (!shape.user) return base;
  return { ...base, ...userEncoderSpecs(shape.user.encoder), ...crossAttentionSpecs(shape.user.crossAttention) };
}

/**
 * The user path from `history.*` inputs: encoder, projection, keys and values of every layer. Null for a model without one.
 * Where several texts in a row are about one history, int32 `history.visible` [texts, history] says which of its events each may attend to.
 */
export function readUser(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): UserPath | null {
  if (!shape.user) return null;
  const { encoder, crossAttention } = shape.user;
  const embeddings = encodeHistory(parameters, encoder, inputs);
  const visible = inputs['history.visible'];
  const context = visible
    ? userContext(parameters, crossAttention, repeatRows(embeddings, visible.shape[0]!), visible)
    : userContext(parameters, crossAttention, embeddings, inputs['history.mask']!);
  return { shape: crossAttention, context };
}

/** Each history once for every text about it: [histories, history, width] -> [rows, history, width], rows a multiple of histories. */
function repeatRows(embeddings: Tensor, rows: number): Tensor {
  const [histories, history, width] = embeddings.shape as [number, number, number];
  const repeated = tf.broadcastTo(tf.expandDims(embeddings, 1), [histories, rows / histories, history, width]);
  return tf.reshape(repeated, [rows, history, width]);
}

/** The user path from embeddings computed before (the input `embeddings`), so that the encoder does not run again. */
export function readUserEmbeddings(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): UserPath | null {
  if (!shape.user) return null;
  const { crossAttention } = shape.user;
  return { shape: crossAttention, context: userContext(parameters, crossAttention, inputs['embeddings']!, inputs['history.mask']!) };
}

/**
 * Mean cross-entropy of the target tokens: sum w_t (-log p(target_t | tokens_<=t, user)) / sum w_t.
 * @param inputs int32 `tokens` [batch, length]; int32 `targets`, float32 `targetWeights` [targets]; `history.*` with a user path. int32
 *   `targetPositions` [targets] says which of the batch * length positions each target follows; without it there is one at every position
 */
export function textLoss(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensor {
  const hidden = readTexts(parameters, shape.languageModel, inputs['tokens']!, readUser(parameters, shape, inputs));
  return targetLoss(parameters, shape, hidden, inputs);
}

/** `textLoss` from the hidden states [batch, length, dModel]. */
export function targetLoss(parameters: Tensors, shape: PersonalisedShape, hidden: Tensor, inputs: Tensors): Tensor {
  const flat = tf.reshape(hidden, [-1, shape.languageModel.dModel]);
  const positions = inputs['targetPositions'];
  // The output matrix is the larger part of a small model: it is applied only where its result counts.
  const read = positions ? tf.gather(flat, positions as tf.Tensor1D) : flat;
  const [targets, weights] = [tf.reshape(inputs['targets']!, [-1]), tf.reshape(inputs['targetWeights']!, [-1])];
  return tokenLoss(parameters, shape.languageModel, read, targets, weights);
}

/** Keys and values that decoding needs again at every step, by name: what `readPrompts` returns and `readNextTokens` takes. */
const cacheNames = (prefix: string, layers: number) =>
  Array.from({ length: layers }, (_, layer) => ({ keys: `${prefix}.${layer}.keys`, values: `${prefix}.${layer}.values` }));

/**
 * The prompts' last hidden state turned into log-probabilities, and everything that later steps attend to.
 * @param inputs int32 `tokens` [prompts, promptLength] right-padded, int32 `promptLengths` [prompts]; with a user path also
 *   `embeddings` [prompts, history, encoderWidth] and `history.mask`
 * @returns `logProbabilities` [prompts, vocabularySize]; `prompt.<layer>.keys|values`; `user.<layer>.keys|values`, `user.bias`, `user.present`
 */
export function readPrompts(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensors {
  const outputs: Tensors = {};
  const user = readUserEmbeddings(parameters, shape, inputs);
  const names = cacheNames('prompt', shape.languageModel.numLayers);
  const hidden = readTexts(parameters, shape.languageModel, inputs['tokens']!, user, (layer, cache) => {
    outputs[names[layer]!.keys] = cache.keys;
    outputs[names[layer]!.values] = cache.values;
  });
  const positions = tf.range(1, inputs['tokens']!.shape[1]! + 1, 1, 'int32');
  const last = tf.expandDims(tf.cast(tf.equal(positions, tf.expandDims(inputs['promptLengths']!, 1)), 'float32'), 1);
  const logits = tokenLogits(parameters, shape.languageModel, tf.reshape(tf.matMul(last, hidden), [-1, shape.languageModel.dModel]));
  outputs['logProbabilities'] = tf.logSoftmax(logits);
  if (user) Object.assign(outputs, userOutputs(user));
  return outputs;
}

function userOutputs({ context }: UserPath): Tensors {
  const outputs: Tensors = { 'user.bias': context.bias, 'user.present': context.present };
  cacheNames('user', context.layers.length).forEach((name, layer) => {
    outputs[name.keys] = context.layers[layer]!.keys;
    outputs[name.values] = context.layers[layer]!.values;
  });
  return outputs;
}

/**
 * One decoding step. Row r continues row parents[r] of the step before.
 * @param inputs int32 `tokens`, `positions` [prompts, beams]; int32 `promptLengths` [prompts]; int32 `parents` [prompts * beams]; int32 `step` [1];
 *   the outputs of `readPrompts` but its log-probabilities; `generated.<layer>.keys|values` [prompts * beams, heads, capacity, headDim]
 * @returns `logProbabilities` [prompts * beams, vocabularySize] and the updated `generated.*`
 */
export function readNextTokens(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensors {
  const { languageModel } = shape;
  const caches = (prefix: string) =>
    cacheNames(prefix, languageModel.numLayers).map((name) => ({ keys: inputs[name.keys]!, values: inputs[name.values]! }));
  const parents = inputs['parents'] as tf.Tensor1D;
  const generated = caches('generated').map(({ keys, values }) => ({ keys: tf.gather(keys, parents), values: tf.gather(values, parents) }));
  const user = shape.user
    ? {
        shape: shape.user.crossAttention,
        context: { layers: caches('user'), bias: inputs['user.bias']!, present: inputs['user.present']! },
      }
    : null;
  const state = { prompt: caches('prompt'), promptLengths: inputs['promptLengths']!, generated, step: inputs['step']! };
  const result = readNextToken(parameters, languageModel, { tokens: inputs['tokens']!, positions: inputs['positions']! }, state, user);
  const logits = tokenLogits(parameters, languageModel, tf.reshape(result.hidden, [-1, languageModel.dModel]));
  const outputs: Tensors = { logProbabilities: tf.logSoftmax(logits) };
  cacheNames('generated', languageModel.numLayers).forEach((name, layer) => {
    outputs[name.keys] = result.generated[layer]!.keys;
    outputs[name.values] = result.generated[layer]!.values;
  });
  return outputs;
}
