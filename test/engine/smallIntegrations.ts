import type { CrossAttentionShape } from '../../src-main/model/integration/crossAttention.ts';
import type { ParameterSpecs } from '../../src-main/model/parameters.ts';
import { type PersonalisedShape, personalisedSpecs, type UserShape } from '../../src-main/model/personalised.ts';
import { SMALL_SHAPE } from './smallModel.ts';

const { encoder } = SMALL_SHAPE.user!;
const CROSS_ATTENTION = SMALL_SHAPE.user!.crossAttention as CrossAttentionShape;
const { gated: _gated, numHeads: _heads, numLayers: _layers, dModel, ...memory } = CROSS_ATTENTION;
const perceiver = { numLatents: 3, numLayers: 1, numHeads: 2 };

/** Every way in which a language model may learn about the user, small. */
export const SMALL_INTEGRATIONS: Record<string, UserShape> = {
  'gated cross-attention': { encoder, crossAttention: CROSS_ATTENTION },
  'ungated cross-attention': { encoder, crossAttention: { ...CROSS_ATTENTION, gated: false } },
  'cross-attention that replaces the residual': { encoder, crossAttention: { ...CROSS_ATTENTION, residual: 'paper' } },
  'cross-attention in every second layer': { encoder, crossAttention: { ...CROSS_ATTENTION, everyNthLayer: 2 } },
  'cross-attention through a Perceiver': { encoder, crossAttention: { ...CROSS_ATTENTION, perceiver } },
  'soft prompt': { encoder, softPrompt: { ...memory, taskPromptLength: 2, dModel } },
  'soft prompt through a Perceiver': { encoder, softPrompt: { ...memory, perceiver, taskPromptLength: 2, dModel } },
};

/** Everything that the text loss reads: the encoder's prediction heads take no part. */
export function trainedSpecs(shape: PersonalisedShape): ParameterSpecs {
  return Object.fromEntries(Object.entries(personalisedSpecs(shape)).filter(([name]) => !name.startsWith('encoder.head.')));
}
