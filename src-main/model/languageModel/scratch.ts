import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { addUser, beginText, endText, type UserPath } from '../integration/userPath.ts';
import { attention, causalBias, linearCrossEntropy } from '../operations.ts';
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
import { attendToPromptAndRow, decodingBias, writeSlot } from './decodingAttention.ts';
import type { DecoderSizes, DecodingState, LanguageModel, LayerCache } from './interface.ts';

/**
 * GPT-2 (Radford et al. 2019): learned positions, pre-LN blocks, output matrix tied to the token embeddings. The small models that are
 * trained here from scratch, and GPT-2 checkpoints.
 */
export interface GptShape extends BlockShape, DecoderSizes {
  readonly architecture?: 'gpt';
}

function specs(shape: GptShape): ParameterSpecs {
  const all = {
    ...embeddingSpecs('lm.tokenEmbedding', shape.vocabularySize, shape.dModel, 'languageModel'),
    ...embeddingSpecs('lm.positionEmbedding', shape.maxPositions, shape.dModel, 'languageModel'),
  };
  for (let layer = 0; layer < shape.numLayers; layer++) Object.assign(all, blockSpecs(`lm.layers.${layer}`, shape, 'languageModel'));
  return Object.assign(all, normSpecs('lm.finalNorm', shape.dModel, 'languageModel'));
}

function readTexts(
  parameters: Tensors,
  shape: GptShape,
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

function readNextToken(
  parameters: Tensors,
  shape: GptShape,
  inputs: { tokens: Tensor; positions: Tensor },
  state: DecodingState,
  user: UserPath | null,
): { hidden: Tensor; generated: LayerCache[] } {
  const [prompts, beams] = inputs.tokens.shape as [number, number];
  const bias = decodingBias(state, inputs.positions, null);
  const rule = { scale: 1 / Math.sqrt(shape.dModel / shape.numHeads), softcap: null };
  const position = tf.gather(parameters['lm.positionEmbedding.weight']!, tf.reshape(inputs.positions, [-1]) as tf.Tensor1D);
  let x: Tensor = tf.reshape(tf.add(embedTokens(parameters, inputs.tokens), position), [prompts, beams, shape.dModel]);
  const generated = state.generated.map((cache, layer) => {
    const prefix = `lm.layers.${layer}`;
    const [q, k, v] = selfAttentionInputs(parameters, prefix, shape, x);
    const written = writeSlot(cache, k, v, state.step);
    x = addAttentionOutput(parameters, prefix, x, attendToPromptAndRow(q, state.prompt[layer]!, written, bias, rule));
    x = addFeedForward(parameters, prefix, addUser(parameters, layer, x, user));
    return written;
  });
  return { hidden: norm(parameters, 'lm.finalNorm', x), generated };
}

function embedTokens(parameters: Tensors, tokens: Tensor): Tensor {
  return tf.gather(parameters['lm.tokenEmbedding.weight']!, tf.reshape(tokens, [-1]) as tf.Tensor1D);
}

export const gpt: LanguageModel<GptShape> = {
  specs,
  cacheShape: ({ numHeads, dModel }) => ({ heads: numHeads, headDim: dModel / numHeads }),
  readTexts,
  readNextToken,
  tokenLogits: (parameters, _shape, hidden) => tf.matMul(hidden, parameters['lm.tokenEmbedding.weight']!, false, true),
  tokenLoss: (parameters, _shape, hidden, targets, weights) =>
    linearCrossEntropy(hidden, parameters['lm.tokenEmbedding.weight']!, null, targets, weights),
};
