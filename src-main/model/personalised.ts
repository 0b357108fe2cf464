import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensors, Tensors } from '../engine/engine.ts';
import { attendingLayers, type CrossAttentionShape, crossAttentionSpecs, userContext } from './integration/crossAttention.ts';
import { readMemory } from './integration/memory.ts';
import { type SoftPromptShape, softPrefix, softPromptSlots, softPromptSpecs } from './integration/softPrompt.ts';
import type { UserPath } from './integration/userPath.ts';
import {
  hasOutputsFirst,
  type LanguageModelShape,
  languageModelSpecs,
  readNextToken,
  readTexts,
  tokenLogits,
  tokenLoss,
} from './languageModel/languageModel.ts';
import { type LoraShape, loraSpecs, mergeAdapters, scaleAdapters } from './lora.ts';
import type { ParameterSpecs } from './parameters.ts';
import { encodeUser, type UserEncoderShape, userEncoderSpecs } from './userEncoder/userEncoder.ts';

/** How a language model reads an encoder's embeddings. */
export type UserShape = { readonly encoder: UserEncoderShape } & (
  | { readonly crossAttention: CrossAttentionShape; readonly softPrompt?: undefined }
  | { readonly softPrompt: SoftPromptShape; readonly crossAttention?: undefined }
);

/** A language model, with low-rank adapters or without, and how it learns about the user: from an encoder's embeddings, or not at all. */
export interface PersonalisedShape {
  readonly languageModel: LanguageModelShape;
  readonly lora?: LoraShape;
  readonly user: UserShape | null;
}

/** Every parameter of the model: language model and its adapters, and with a user path also encoder, projection and integration. */
export function personalisedSpecs(shape: PersonalisedShape): ParameterSpecs {
  const base = languageModelSpecs(shape.languageModel);
  const adapted = shape.lora ? { ...base, ...loraSpecs(base, shape.lora, hasOutputsFirst(shape.languageModel)) } : base;
  if (!shape.user) return adapted;
  const { encoder, crossAttention, softPrompt } = shape.user;
  return {
    ...adapted,
    ...userEncoderSpecs(encoder),
    ...(crossAttention ? crossAttentionSpecs(crossAttention) : softPromptSpecs(softPrompt)),
  };
}

/** The same model with its adapters merged into the weights: what is evaluated and written with. */
export function mergedModel(model: { shape: PersonalisedShape; parameters: HostTensors }): typeof model {
  const { lora, ...shape } = model.shape;
  return lora ? { shape, parameters: mergeAdapters(model.parameters, lora, hasOutputsFirst(shape.languageModel)) } : model;
}

/**
 * The user path from `history.*` inputs: encoder, projection, keys and values of every layer. Null for a model without one.
 * Where several texts in a row are about one history, int32 `history.visible` [texts, history] says which of its events each may attend to.
 */
export function readUser(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): UserPath | null {
  if (!shape.user) return null;
  const { embeddings, mask } = encodeUser(parameters, shape.user.encoder, inputs);
  const visible = inputs['history.visible'];
  if (!visible) return readUserEmbeddings(parameters, shape, { embeddings, 'embeddings.mask': mask });
  return readUserEmbeddings(parameters, shape, { embeddings: repeatRows(embeddings, visible.shape[0]!), 'embeddings.mask': visible });
}

/** Each history once for every text about it: [histories, history, width] -> [rows, history, width], rows a multiple of histories. */
function repeatRows(embeddings: Tensor, rows: number): Tensor {
  const [histories, history, width] = embeddings.shape as [number, number, number];
  const repeated = tf.broadcastTo(tf.expandDims(embeddings, 1), [histories, rows / histories, history, width]);
  return tf.reshape(repeated, [rows, history, width]);
}

/**
 * The user path from embeddings computed before (the inputs `embeddings` and `embeddings.mask`, as `encodeUser` gives them), so that the
 * encoder does not run again.
 */
export function readUserEmbeddings(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): UserPath | null {
  if (!shape.user) return null;
  const { crossAttention, softPrompt } = shape.user;
  const [embeddings, mask] = [inputs['embeddings']!, inputs['embeddings.mask']!];
  if (crossAttention) {
    return { kind: 'cross-attention', shape: crossAttention, context: userContext(parameters, crossAttention, embeddings, mask) };
  }
  return { kind: 'soft-prompt', prefix: softPrefix(parameters, softPrompt, readMemory(parameters, softPrompt, embeddings, mask)) };
}

/**
 * Final hidden states of the texts `tokens`, read with the user of `history.*` and with the adapters: [batch, length, dModel].
 * @param inputs int32 `tokens` [batch, length] right-padded; `history.*` with a user path
 */
export function readPersonalised(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensor {
  const user = readUser(parameters, shape, inputs);
  return readTexts(scaleAdapters(parameters, shape.lora), shape.languageModel, inputs['tokens']!, user);
}

/**
 * Mean cross-entropy of the target tokens: sum w_t (-log p(target_t | tokens_<=t, user)) / sum w_t.
 * @param inputs int32 `tokens` [batch, length]; int32 `targets`, float32 `targetWeights` [targets]; `history.*` with a user path. int32
 *   `targetPositions` [targets] says which of the batch * length positions each target follows; without it there is one at every position
 */
export function textLoss(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensor {
  return targetLoss(parameters, shape, readPersonalised(parameters, shape, inputs), inputs);
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

/**
 * log p(target | the tokens before it, user) of given targets: [targets].
 * @param inputs as `textLoss` without weights; `history.*` may be of fewer users than there are texts: each then serves as many texts in a row
 */
export function targetLogProbabilities(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensor {
  const { languageModel } = shape;
  const user = readUserForTexts(parameters, shape, inputs);
  const hidden = readTexts(scaleAdapters(parameters, shape.lora), languageModel, inputs['tokens']!, user);
  const read = tf.gather(tf.reshape(hidden, [-1, languageModel.dModel]), inputs['targetPositions'] as tf.Tensor1D);
  const logProbabilities = tf.reshape(tf.logSoftmax(tokenLogits(parameters, languageModel, read)), [-1]);
  const rows = tf.range(0, read.shape[0]!, 1, 'int32');
  const places = tf.add(tf.mul(rows, tf.scalar(languageModel.vocabularySize, 'int32')), inputs['targets']!);
  return tf.gather(logProbabilities, places as tf.Tensor1D);
}

function readUserForTexts(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): UserPath | null {
  if (!shape.user) return null;
  const texts = inputs['tokens']!.shape[0]!;
  const { embeddings, mask } = encodeUser(parameters, shape.user.encoder, inputs);
  const repeatedMask = tf.reshape(repeatRows(tf.expandDims(tf.cast(mask, 'float32'), 2), texts), [texts, -1]);
  return readUserEmbeddings(parameters, shape, {
    embeddings: repeatRows(embeddings, texts),
    'embeddings.mask': tf.cast(repeatedMask, 'int32'),
  });
}

/** Keys and values that decoding needs again at every step, by name: what `readPrompts` returns and `readNextTokens` takes. */
const cacheNames = (prefix: string, layers: number) =>
  Array.from({ length: layers }, (_, layer) => ({ keys: `${prefix}.${layer}.keys`, values: `${prefix}.${layer}.values` }));

/** Names of what `readPrompts` tells of the user. */
export function userOutputNames({ user }: PersonalisedShape): string[] {
  if (!user) return [];
  if (!user.crossAttention) return ['user.prefixLengths'];
  const caches = attendingLayers(user.crossAttention).flatMap((layer) => [`user.${layer}.keys`, `user.${layer}.values`]);
  return [...caches, 'user.bias', 'user.present'];
}

/** Slots before the text that a soft prompt may take. */
export function prefixSlots({ user }: PersonalisedShape): number {
  return user?.softPrompt ? softPromptSlots(user.softPrompt) : 0;
}

/**
 * The prompts' last hidden state turned into log-probabilities, and everything that later steps attend to.
 * @param inputs int32 `tokens` [prompts, promptLength] right-padded, int32 `promptLengths` [prompts]; with a user path also
 *   `embeddings` [prompts, slots, encoderWidth] and `embeddings.mask`
 * @returns `logProbabilities` [prompts, vocabularySize]; `prompt.<layer>.keys|values`, a soft prompt's included; those of `userOutputNames`
 */
export function readPrompts(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensors {
  const outputs: Tensors = {};
  const user = readUserEmbeddings(parameters, shape, inputs);
  const names = cacheNames('prompt', shape.languageModel.numLayers);
  const adapted = scaleAdapters(parameters, shape.lora);
  const hidden = readTexts(adapted, shape.languageModel, inputs['tokens']!, user, (layer, cache) => {
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

function userOutputs(user: UserPath): Tensors {
  if (user.kind === 'soft-prompt') return { 'user.prefixLengths': user.prefix.lengths };
  const { bias, present, layers } = user.context;
  const outputs: Tensors = { 'user.bias': bias, 'user.present': present };
  cacheNames('user', layers.length).forEach((name, layer) => {
    const cache = layers[layer];
    if (cache) Object.assign(outputs, { [name.keys]: cache.keys, [name.values]: cache.values });
  });
  return outputs;
}

/** The inverse of `userOutputs` for decoding: a soft prompt is in the prompts' caches already. */
function userFromOutputs({ user }: PersonalisedShape, inputs: Tensors): UserPath | null {
  if (!user?.crossAttention) return null;
  const layers = cacheNames('user', user.crossAttention.numLayers).map((name) => {
    const [keys, values] = [inputs[name.keys], inputs[name.values]];
    return keys && values ? { keys, values } : null;
  });
  return {
    kind: 'cross-attention',
    shape: user.crossAttention,
    context: { layers, bias: inputs['user.bias']!, present: inputs['user.present']! },
  };
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
  const prefixLengths = inputs['user.prefixLengths'] ?? null;
  const promptLengths = prefixLengths ? tf.add(inputs['promptLengths']!, prefixLengths) : inputs['promptLengths']!;
  const user = userFromOutputs(shape, inputs);
  const state = { prompt: caches('prompt'), promptLengths, prefixLengths, generated, step: inputs['step']! };
  const adapted = scaleAdapters(parameters, shape.lora);
  const result = readNextToken(adapted, languageModel, { tokens: inputs['tokens']!, positions: inputs['positions']! }, state, user);
  const logits = tokenLogits(parameters, languageModel, tf.reshape(result.hidden, [-1, languageModel.dModel]));
  const outputs: Tensors = { logProbabilities: tf.logSoftmax(logits) };
  cacheNames('generated', languageModel.numLayers).forEach((name, layer) => {
    outputs[name.keys] = result.generated[layer]!.keys;
    outputs[name.values] = result.generated[layer]!.values;
  });
  return outputs;
}
