import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { addUser, beginText, endText, type UserPath } from '../integration/userPath.ts';
import { attention, causalBias, linearCrossEntropy, MASKED } from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import {
  addAttentionOutput,
  addFeedForward,
  type BlockShape,
  blockSpecs,
  embeddingSpecs,
  norm,
  normSpecs,
  selfAttentionInputs,
} from '../transformerBlock.ts';

/** A small GPT (Radford et al. 2019, GPT-2): learned positions, pre-LN blocks, output matrix tied to the token embeddings. */
export interface LanguageModelShape extends BlockShape {
  readonly vocabularySize: number;
  /** Longest text, in tokens. */
  readonly maxPositions: number;
}

/** Keys and values of one layer's self-attention, [batch, heads, length, headDim] each. */
export interface LayerCache {
  readonly keys: Tensor;
  readonly values: Tensor;
}

export function languageModelSpecs(shape: LanguageModelShape): ParameterSpecs {
  const specs = {
    ...embeddingSpecs('lm.tokenEmbedding', shape.vocabularySize, shape.dModel, 'languageModel'),
    ...embeddingSpecs('lm.positionEmbedding', shape.maxPositions, shape.dModel, 'languageModel'),
  };
  for (let layer = 0; layer < shape.numLayers; layer++) Object.assign(specs, blockSpecs(`lm.layers.${layer}`, shape, 'languageModel'));
  return Object.assign(specs, normSpecs('lm.finalNorm', shape.dModel, 'languageModel'));
}

/**
 * Final hidden states of whole texts, right-padded (a causal model never looks at what follows, so padding needs no mask).
 * @param tokens int32 [batch, length]
 * @param user null: the base language model alone
 * @param onLayer receives each layer's keys and values, for generation; those of a soft prompt come before the text's
 * @returns [batch, length, dModel], before the final LayerNorm's output is turned into logits
 */
export function readTexts(
  parameters: Tensors,
  shape: LanguageModelShape,
  tokens: Tensor,
  user: UserPath | null,
  onLayer?: (layer: number, cache: LayerCache) => void,
): Tensor {
  const [batch, length] = tokens.shape as [number, number];
  const positions = tf.slice(parameters['lm.positionEmbedding.weight']!, [0, 0], [length, shape.dModel]);
  let x = beginText(tf.add(tf.reshape(embedTokens(parameters, tokens), [batch, length, shape.dModel]), positions), user);
  const bias = causalBias(x.shape[1]!);
  for (let layer = 0; layer < shape.numLayers; layer++) {
    const prefix = `lm.layers.${layer}`;
    const [q, keys, values] = selfAttentionInputs(parameters, prefix, shape, x);
    onLayer?.(layer, { keys, values });
    x = addAttentionOutput(parameters, prefix, x, attention(q, keys, values, bias));
    x = addFeedForward(parameters, prefix, addUser(parameters, layer, x, user));
  }
  return endText(norm(parameters, 'lm.finalNorm', x), length, user);
}

/** What one decoding step reads besides its tokens. Rows are grouped by prompt: row = prompt * beams + beam. */
export interface DecodingState {
  /** Keys and values of the prompts, shared by a prompt's beams: per layer [prompts, heads, promptLength, headDim]. */
  readonly prompt: readonly LayerCache[];
  /** Additive attention bias of the prompts' padding [prompts, 1, 1, promptLength]. */
  readonly promptBias: Tensor;
  /** Keys and values of the tokens generated so far: per layer [rows, heads, capacity, headDim]. */
  readonly generated: readonly LayerCache[];
  /** int32 [1]: how many tokens each row has generated, which is the slot of the new one. */
  readonly step: Tensor;
}

/**
 * Reads one more token for every row, with static shapes: prompts' caches are read in place by all their beams, and new keys and
 * values are written into slot `step` of the rows' own caches.
 * @param tokens int32 [prompts, beams]
 * @param positions int32 [prompts, beams]: index of the new token within its text
 * @returns hidden states [prompts, beams, dModel] and the rows' updated caches
 */
export function readNextToken(
  parameters: Tensors,
  shape: LanguageModelShape,
  inputs: { tokens: Tensor; positions: Tensor },
  state: DecodingState,
  user: UserPath | null,
): { hidden: Tensor; generated: LayerCache[] } {
  const [prompts, beams] = inputs.tokens.shape as [number, number];
  const slots = tf.range(0, state.generated[0]!.keys.shape[2]!, 1, 'int32');
  const here = tf.reshape(tf.equal(slots, state.step), [1, 1, -1, 1]);
  const laterBias = tf.mul(tf.cast(tf.greater(slots, state.step), 'float32'), MASKED);
  const position = tf.gather(parameters['lm.positionEmbedding.weight']!, tf.reshape(inputs.positions, [-1]) as tf.Tensor1D);
  let x: Tensor = tf.reshape(tf.add(embedTokens(parameters, inputs.tokens), position), [prompts, beams, shape.dModel]);
  const generated = state.generated.map((cache, layer) => {
    const prefix = `lm.layers.${layer}`;
    const [q, k, v] = selfAttentionInputs(parameters, prefix, shape, x);
    const written = { keys: tf.where(here, toRows(k), cache.keys), values: tf.where(here, toRows(v), cache.values) };
    const attended = attendToPromptAndRow(q, state.prompt[layer]!, written, state.promptBias, laterBias);
    x = addAttentionOutput(parameters, prefix, x, attended);
    x = addFeedForward(parameters, prefix, addUser(parameters, layer, x, user));
    return written;
  });
  return { hidden: norm(parameters, 'lm.finalNorm', x), generated };
}

/** Attention of every row's new token to its prompt and to its own tokens under one soft-max: [prompts, heads, beams, headDim]. */
function attendToPromptAndRow(q: Tensor, prompt: LayerCache, row: LayerCache, promptBias: Tensor, laterBias: Tensor): Tensor {
  const promptLength = prompt.keys.shape[2]!;
  const capacity = row.keys.shape[2]!;
  const scale = 1 / Math.sqrt(q.shape[3]!);
  const toPrompt = tf.add(tf.mul(tf.matMul(q, prompt.keys, false, true), scale), promptBias);
  const toRow = tf.add(toGroups(tf.mul(tf.matMul(toRows(q), row.keys, false, true), scale), q.shape[0]!), laterBias);
  const [promptWeights, rowWeights] = tf.split(tf.softmax(tf.concat([toPrompt, toRow], 3)), [promptLength, capacity], 3);
  return tf.add(tf.matMul(promptWeights!, prompt.values), toGroups(tf.matMul(toRows(rowWeights!), row.values), q.shape[0]!));
}

/** [prompts, heads, beams, n] -> [prompts * beams, heads, 1, n] */
function toRows(x: Tensor): Tensor {
  const [prompts, heads, beams, n] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [prompts * beams, heads, 1, n]);
}

/** [prompts * beams, heads, 1, n] -> [prompts, heads, beams, n] */
function toGroups(x: Tensor, prompts: number): Tensor {
  const [rows, heads, , n] = x.shape as [number, number, number, number];
  return tf.transpose(tf.reshape(x, [prompts, rows / prompts, heads, n]), [0, 2, 1, 3]);
}

function embedTokens(parameters: Tensors, tokens: Tensor): Tensor {
  return tf.gather(parameters['lm.tokenEmbedding.weight']!, tf.reshape(tokens, [-1]) as tf.Tensor1D);
}

/** Scores of every token: [rows, dModel] -> [rows, vocabularySize]. */
export function tokenLogits(parameters: Tensors, hidden: Tensor): Tensor {
  return tf.matMul(hidden, parameters['lm.tokenEmbedding.weight']!, false, true);
}

/** `linearCrossEntropy` of the token scores: hidden [rows, dModel], int32 targets [rows], weights [rows]. */
export function tokenLoss(parameters: Tensors, hidden: Tensor, targets: Tensor, weights: Tensor): Tensor {
  return linearCrossEntropy(hidden, parameters['lm.tokenEmbedding.weight']!, null, targets, weights);
}
