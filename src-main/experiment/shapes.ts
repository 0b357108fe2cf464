import type { Experiment, ScratchModelConfig } from '../../src-shared/experiment.ts';
import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import type { ParameterSpecs } from '../model/parameters.ts';
import { type PersonalisedShape, personalisedSpecs } from '../model/personalised.ts';
import type { UserEncoderShape } from '../model/userEncoder/autoregressive.ts';
import type { DatasetReader } from '../store/datasetStore.ts';

/** Positions that every language model has at least: models with and without text prompts then share their pretraining. */
const MIN_POSITIONS = 512;
/** Room that is made for one event written into the prompt, in tokens; longer histories lose their oldest events. */
const TOKENS_PER_EVENT = 24;
/** Room for the instruction around the history and for the text that is generated. */
const TOKENS_BESIDE_HISTORY = 96;

/** Events that are written into the prompt. */
export function promptedEvents(experiment: Experiment): number {
  return experiment.integration.kind === 'text-prompt' ? experiment.history.prompted : 0;
}

/** Longest text in tokens for a number of prompted events: the next power of two that holds it. */
export function positionsFor(events: number): number {
  return Math.max(MIN_POSITIONS, 2 ** Math.ceil(Math.log2(events * TOKENS_PER_EVENT + TOKENS_BESIDE_HISTORY)));
}

/** The language model that an experiment makes from scratch. */
export function scratchShape(experiment: Experiment, vocabularySize: number): LanguageModelShape {
  const { dModel, numLayers, numHeads } = experiment.languageModel as ScratchModelConfig;
  return { vocabularySize, maxPositions: positionsFor(promptedEvents(experiment)), dModel, numLayers, numHeads };
}

export function encoderShape(experiment: Experiment, reader: DatasetReader, maxHistory = experiment.history.embedded): UserEncoderShape {
  const { dModel, numLayers, numHeads, features } = experiment.encoder;
  const sized = features.map((name) => ({ name, vocabularySize: reader.vocabulary(name).length }));
  return { features: sized, maxHistory, dModel, numLayers, numHeads };
}

/** The model that is fine-tuned: with an encoder and cross-attention, or the language model alone. */
export function personalisedShape(languageModel: LanguageModelShape, experiment: Experiment, encoder: UserEncoderShape): PersonalisedShape {
  const { kind, gated, gateInit, projectionSize, numHeads } = experiment.integration;
  if (kind !== 'cross-attention') return { languageModel, user: null };
  const { dModel, numLayers } = languageModel;
  return {
    languageModel,
    user: {
      encoder,
      crossAttention: {
        gated,
        gateInit,
        projectionSize,
        numHeads,
        encoderWidth: encoder.dModel,
        maxHistory: encoder.maxHistory,
        dModel,
        numLayers,
      },
    },
  };
}

/** Parameters of the fine-tuned model: all but the encoder's prediction heads, which only pretraining uses. */
export function finetunedSpecs(shape: PersonalisedShape): ParameterSpecs {
  return Object.fromEntries(Object.entries(personalisedSpecs(shape)).filter(([name]) => !name.startsWith('encoder.head.')));
}
