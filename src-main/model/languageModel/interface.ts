import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import type { UserPath } from '../integration/userPath.ts';
import type { ParameterSpecs } from '../parameters.ts';

/** Sizes that every decoder-only language model has. */
export interface DecoderSizes {
  readonly vocabularySize: number;
  /** Longest text, in tokens. */
  readonly maxPositions: number;
  /** Width of the hidden states. */
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
}

/** Keys and values of one layer's self-attention, [batch, keyValueHeads, length, headDim] each. */
export interface LayerCache {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** What one decoding step reads besides its tokens. Rows are grouped by prompt: row = prompt * beams + beam. */
export interface DecodingState {
  /** Keys and values of the prompts, shared by a prompt's beams: per layer [prompts, keyValueHeads, promptLength, headDim]. */
  readonly prompt: readonly LayerCache[];
  /** int32 [prompts]: slots that each prompt takes, a soft prompt before it included; those after them are padding. */
  readonly promptLengths: Tensor;
  /** int32 [prompts]: slots of them that a soft prompt takes; null where there is none. */
  readonly prefixLengths: Tensor | null;
  /** Keys and values of the tokens generated so far: per layer [rows, keyValueHeads, capacity, headDim]. */
  readonly generated: readonly LayerCache[];
  /** int32 [1]: how many tokens each row has generated, which is the slot of the new one. */
  readonly step: Tensor;
}

/** What an architecture of language models must be able to do; every function is plain tfjs operations. */
export interface LanguageModel<Shape extends DecoderSizes> {
  specs(shape: Shape): ParameterSpecs;
  /** Heads and their width in the caches of keys and values. */
  cacheShape(shape: Shape): { readonly heads: number; readonly headDim: number };
  /**
   * Final hidden states of whole texts, right-padded (a causal model never looks at what follows, so padding needs no mask).
   * @param tokens int32 [batch, length]
   * @param user null: the base language model alone
   * @param onLayer receives each layer's keys and values, for generation; those of a soft prompt come before the text's
   * @returns [batch, length, dModel], after the final norm
   */
  readTexts(
    parameters: Tensors,
    shape: Shape,
    tokens: Tensor,
    user: UserPath | null,
    onLayer?: (layer: number, cache: LayerCache) => void,
  ): Tensor;
  /**
   * Reads one more token for every row, with static shapes: prompts' caches are read in place by all their beams, and new keys and
   * values are written into slot `step` of the rows' own caches.
   * @param inputs int32 `tokens` and `positions` [prompts, beams]; a position is the index of the new token within its text
   * @returns hidden states [prompts, beams, dModel] and the rows' updated caches
   */
  readNextToken(
    parameters: Tensors,
    shape: Shape,
    inputs: { tokens: Tensor; positions: Tensor },
    state: DecodingState,
    user: UserPath | null,
  ): { hidden: Tensor; generated: LayerCache[] };
  /** Scores of every token: [rows, dModel] -> [rows, vocabularySize]. */
  tokenLogits(parameters: Tensors, shape: Shape, hidden: Tensor): Tensor;
  /** Weighted mean cross-entropy of the token scores: hidden [rows, dModel], int32 targets [rows], weights [rows]. */
  tokenLoss(parameters: Tensors, shape: Shape, hidden: Tensor, targets: Tensor, weights: Tensor): Tensor;
}
