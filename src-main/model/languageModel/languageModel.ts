import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import type { UserPath } from '../integration/userPath.ts';
import type { ParameterSpecs } from '../parameters.ts';
import type { DecoderSizes, DecodingState, LanguageModel, LayerCache } from './interface.ts';
import { type LlamaShape, llama } from './llama.ts';
import { type GptShape, gpt } from './scratch.ts';

export type { DecodingState, LayerCache } from './interface.ts';

/** A language model of any architecture: its sizes and everything that its formulas depend on. */
export type LanguageModelShape = GptShape | LlamaShape;

/** Whether the matrices of the model are [outputs, inputs]; otherwise [inputs, outputs]. */
export function hasOutputsFirst(shape: LanguageModelShape): boolean {
  return shape.architecture === 'llama';
}

function modelOf(shape: LanguageModelShape): LanguageModel<DecoderSizes> {
  return (shape.architecture === 'llama' ? llama : gpt) as LanguageModel<DecoderSizes>;
}

export function languageModelSpecs(shape: LanguageModelShape): ParameterSpecs {
  return modelOf(shape).specs(shape);
}

/** See `LanguageModel.cacheShape`. */
export function cacheShape(shape: LanguageModelShape): { readonly heads: number; readonly headDim: number } {
  return modelOf(shape).cacheShape(shape);
}

/** See `LanguageModel.readTexts`. */
export function readTexts(
  parameters: Tensors,
  shape: LanguageModelShape,
  tokens: Tensor,
  user: UserPath | null,
  onLayer?: (layer: number, cache: LayerCache) => void,
): Tensor {
  return modelOf(shape).readTexts(parameters, shape, tokens, user, onLayer);
}

/** See `LanguageModel.readNextToken`. */
export function readNextToken(
  parameters: Tensors,
  shape: LanguageModelShape,
  inputs: { tokens: Tensor; positions: Tensor },
  state: DecodingState,
  user: UserPath | null,
): { hidden: Tensor; generated: LayerCache[] } {
  return modelOf(shape).readNextToken(parameters, shape, inputs, state, user);
}

/** See `LanguageModel.tokenLogits`. */
export function tokenLogits(parameters: Tensors, shape: LanguageModelShape, hidden: Tensor): Tensor {
  return modelOf(shape).tokenLogits(parameters, shape, hidden);
}

/** See `LanguageModel.tokenLoss`. */
export function tokenLoss(parameters: Tensors, shape: LanguageModelShape, hidden: Tensor, targets: Tensor, weights: Tensor): Tensor {
  return modelOf(shape).tokenLoss(parameters, shape, hidden, targets, weights);
}
