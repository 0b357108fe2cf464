import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import type { LlamaShape } from '../model/languageModel/llama.ts';

export const GENERATE_MODELS = ['scratch', 'stories260K', 'llama135M'] as const;
export type GenerateModel = (typeof GENERATE_MODELS)[number];

function llamaShape(
  sizes: Pick<LlamaShape, 'vocabularySize' | 'maxPositions' | 'dModel' | 'numLayers' | 'numHeads' | 'numKeyValueHeads' | 'feedForwardSize'>,
) {
  const headDim = sizes.dModel / sizes.numHeads;
  const rope = { theta: 10_000, scaling: null };
  return {
    ...sizes,
    architecture: 'llama',
    headDim,
    activation: 'silu',
    normEpsilon: 1e-5,
    normGainOffset: 0,
    postNorms: false,
    queryKeyNorm: false,
    biases: { queryKeyValue: false, attentionOut: false, feedForward: false },
    tiedHead: true,
    embeddingScale: 1,
    attention: { scale: 1 / Math.sqrt(headDim), softcap: null },
    logitSoftcap: null,
    layers: Array<'full'>(sizes.numLayers).fill('full'),
    window: 0,
    rope: { full: rope, sliding: rope },
  } as const satisfies LlamaShape;
}

/** What is timed: the default small GPT, and the shapes of stories260K and SmolLM2-135M. Time depends on sizes, not on weights. */
export const GENERATE_SHAPES: Record<GenerateModel, LanguageModelShape> = {
  scratch: { vocabularySize: 2048, maxPositions: 512, dModel: 128, numLayers: 3, numHeads: 4 },
  stories260K: llamaShape({
    vocabularySize: 512,
    maxPositions: 512,
    dModel: 64,
    numLayers: 5,
    numHeads: 8,
    numKeyValueHeads: 4,
    feedForwardSize: 172,
  }),
  llama135M: llamaShape({
    vocabularySize: 49_152,
    maxPositions: 8192,
    dModel: 576,
    numLayers: 30,
    numHeads: 9,
    numKeyValueHeads: 3,
    feedForwardSize: 1536,
  }),
};

/** Tokens of the prompt, and tokens written after it. */
export const GENERATE_PROMPT = 128;
export const GENERATE_TOKENS = 64;
