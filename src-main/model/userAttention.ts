import type { Tensors } from '../engine/engine.ts';
import { readTexts } from './languageModel/languageModel.ts';
import { scaleAdapters } from './lora.ts';
import { type PersonalisedShape, readUser } from './personalised.ts';

/**
 * Where the language model looks in the user's history as it reads a text.
 * @param inputs int32 `tokens` [batch, length] right-padded; `history.*`
 * @returns `weights.<layer>` [batch, heads, length, slots] of every attending layer, before its gate: each row sums to 1 over the slots with an
 *   event (of a Perceiver or a dual encoder: over all), is exactly 0 elsewhere, and is 0 throughout for a user without events
 */
export function readUserAttention(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensors {
  const weights: Tensors = {};
  const user = readUser(parameters, shape, inputs);
  if (user?.kind !== 'cross-attention') return weights;
  const onWeights = (layer: number, ofLayer: Tensors[string]) => {
    weights[`weights.${layer}`] = ofLayer;
  };
  const watched = { ...user, context: { ...user.context, onWeights } };
  readTexts(scaleAdapters(parameters, shape.lora), shape.languageModel, inputs['tokens']!, watched);
  return weights;
}
