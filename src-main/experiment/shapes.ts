import { AppError } from '../../src-shared/errors.ts';
import { type Experiment, type ScratchModelConfig, usesEncoder } from '../../src-shared/experiment.ts';
import type { MemoryShape } from '../model/integration/memory.ts';
import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import type { ParameterSpecs } from '../model/parameters.ts';
import { type PersonalisedShape, personalisedSpecs, type UserShape } from '../model/personalised.ts';
import { type UserEncoderShape, userSlots } from '../model/userEncoder/userEncoder.ts';
import type { DatasetReader } from '../store/datasetStore.ts';

/** Positions that every language model has at least: models with and without text prompts then share their pretraining. */
const MIN_POSITIONS = 512;
/** Room that is made for one event written into the prompt, in tokens; longer histories lose their oldest events. */
const TOKENS_PER_EVENT = 24;
/** Room for the instruction around the history and for the text that is generated. */
const TOKENS_BESIDE_HISTORY = 96;

/** Events that are written into the prompt, one by one. */
export function promptedEvents({ integration: { kind }, history }: Experiment): number {
  return kind === 'none' || kind === 'text-summary' ? 0 : history.prompted;
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

/** @throws AppError `experiment-invalid` for a feature that the dataset does not have */
export function encoderShape(experiment: Experiment, reader: DatasetReader, maxHistory = experiment.history.embedded): UserEncoderShape {
  const { dModel, numLayers, numHeads, features, architecture, labels, sampledSoftmax, dual } = experiment.encoder;
  requireFeatures(features, reader);
  const sized = features.map((name) => ({ name, vocabularySize: reader.vocabulary(name).length }));
  return {
    architecture,
    features: sized,
    maxHistory,
    dModel,
    numLayers,
    numHeads,
    ...(architecture === 'dual' ? { dual } : { ...(labels && { labels }), ...(sampledSoftmax > 0 && { sampledSoftmax }) }),
  };
}

function requireFeatures(features: readonly string[], { summary }: DatasetReader): void {
  const known = summary.features.map(({ name }) => name);
  const missing = features.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  const rest = features.filter((name) => known.includes(name));
  const advice = rest.length > 0 ? `write ${JSON.stringify(rest)}` : 'take some of these';
  throw new AppError(
    'experiment-invalid',
    `encoder.features: expected features of "${summary.name}" (${known.join(', ')}), got ${missing.join(', ')}; ${advice}`,
  );
}

/** The model that is fine-tuned: the language model with its adapters, and an encoder where one takes part. */
export function personalisedShape(languageModel: LanguageModelShape, experiment: Experiment, encoder: UserEncoderShape): PersonalisedShape {
  const { integration, strategy, lora } = experiment;
  const user = usesEncoder(integration) ? userShape(languageModel, experiment, encoder) : null;
  return { languageModel, user, ...(strategy === 'lora' && { lora }) };
}

function userShape({ dModel, numLayers }: LanguageModelShape, { integration }: Experiment, encoder: UserEncoderShape): UserShape {
  const { kind, gated, gateInit, residual, everyNthLayer, numHeads, taskPromptLength, projectionSize, perceiver } = integration;
  const memory: MemoryShape = {
    projectionSize,
    encoderWidth: encoder.dModel,
    maxHistory: userSlots(encoder),
    ...(perceiver && { perceiver }),
  };
  if (kind === 'soft-prompt') return { encoder, softPrompt: { ...memory, taskPromptLength, dModel } };
  return { encoder, crossAttention: { ...memory, gated, gateInit, residual, everyNthLayer, numHeads, dModel, numLayers } };
}

/** Parameters of the fine-tuned model: all but the encoder's prediction heads, which only pretraining uses. */
export function finetunedSpecs(shape: PersonalisedShape): ParameterSpecs {
  return Object.fromEntries(Object.entries(personalisedSpecs(shape)).filter(([name]) => !name.startsWith('encoder.head.')));
}
