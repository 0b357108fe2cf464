import type { Plan } from '../../src-shared/contract.ts';
import { categoryNoun, type DatasetSummary } from '../../src-shared/dataset.ts';
import type { Experiment, OptimizerConfig, ScratchModelConfig } from '../../src-shared/experiment.ts';
import { trainingFlops } from '../../src-shared/flops.ts';
import type { StageName } from '../../src-shared/run.ts';
import { type LanguageModelShape, languageModelSpecs } from '../model/languageModel/languageModel.ts';
import { countParameters, type ParameterSpecs } from '../model/parameters.ts';
import { userEncoderSpecs } from '../model/userEncoder/userEncoder.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { eventText, favouriteGenrePrompt, nextItemPrompt, nextItemText, reviewPrompt, targetText } from '../text/prompts.ts';
import { trainableParameters } from '../training/strategies.ts';
import { reviewFeature } from './reviews.ts';
import { encoderShape, finetunedSpecs, personalisedShape, promptedEvents, scratchShape } from './shapes.ts';
import { initialStages } from './stages.ts';

/** Characters of one byte-pair token of titles, roughly: the tokenizer is trained only when the run starts. */
const CHARACTERS_PER_TOKEN = 3.2;
/** Forward passes cost a third of training (2 N D of 6 N D). */
const FORWARD_SHARE = 1 / 3;

export interface PlanGivens {
  /** Shape of the pretrained language model that the experiment names. */
  pretrained?: LanguageModelShape | null;
  /** The whole of which the reader is a view. */
  dataset?: DatasetSummary;
}

/**
 * What an experiment would do before it runs: stages, examples, tokens and 6ND operations (N = parameters of the stage's model, embeddings
 * included; tokens of texts are estimated from their characters; an encoder reads events), and parameters by component.
 * @param reader the view of the data that takes part
 * @throws AppError `experiment-invalid` for the task "review" on data without texts; `input-invalid` for a feature that the data does not have
 */
export function planExperiment(experiment: Experiment, reader: DatasetReader, given: PlanGivens = {}): Plan {
  const { pretrained = null, dataset = reader.summary } = given;
  if (experiment.task === 'review') reviewFeature(experiment, reader.summary);
  const encoder = encoderShape(experiment, reader);
  const languageModel = pretrained ?? scratchShape(experiment, (experiment.languageModel as ScratchModelConfig).vocabularySize);
  const finetuned = finetunedSpecs(personalisedShape(languageModel, experiment, encoder));
  const models: Record<StageName, ParameterSpecs> = {
    'pretrain-encoder': userEncoderSpecs(encoder),
    'pretrain-language-model': languageModelSpecs(languageModel),
    finetune: finetuned,
    evaluate: finetuned,
  };
  const stages = initialStages(experiment, reader.summary.users).map(({ name, steps }) => {
    const examples = examplesOf(name, steps, experiment);
    const tokens = Math.round(examples * tokensPerExample(name, experiment, reader));
    const flops = trainingFlops(countParameters(models[name], new Set()).total, tokens);
    return { name, steps, examples, tokens, flops: name === 'evaluate' ? flops * FORWARD_SHARE : flops };
  });
  const { users, events } = reader.summary;
  const data = { users, events, dataset: { users: dataset.users, events: dataset.events } };
  return { data, stages, parameters: countParameters(finetuned, trainableParameters(finetuned, experiment.strategy)) };
}

function examplesOf(name: StageName, steps: number, { encoder, languageModel, training }: Experiment): number {
  if (name === 'evaluate') return steps;
  const configs: Record<typeof name, OptimizerConfig> = {
    'pretrain-encoder': encoder.pretraining,
    'pretrain-language-model': typeof languageModel === 'string' ? training : languageModel.pretraining,
    finetune: training,
  };
  return steps * configs[name].batchSize * configs[name].accumulation;
}

function tokensPerExample(name: StageName, experiment: Experiment, reader: DatasetReader): number {
  if (name === 'pretrain-encoder') return experiment.history.embedded;
  if (name === 'pretrain-language-model') return meanTokens(reader.titles, nextItemText);
  const prompt = meanTokens(reader.titles.slice(0, 1), (title) => questionOf(experiment, reader, title));
  const answer = answerTokens(experiment, reader);
  const event = meanTokens(reader.titles, (title) => eventText({ title, genre: reader.genres[0] ?? '', rating: '4.0' }));
  // Every beam of free and of constrained decoding writes an answer.
  const answers = name === 'evaluate' ? (experiment.task === 'review' ? 1 : 2) * experiment.evaluation.beams : 1;
  return prompt + summaryTokens(experiment) + promptedEvents(experiment) * event + answers * answer;
}

function questionOf({ task }: Experiment, { genres, summary }: DatasetReader, title: string): string {
  if (task === 'review') return reviewPrompt({ title, genre: genres[0] ?? '', rating: '4.0' });
  return task === 'next-item' ? nextItemPrompt() : favouriteGenrePrompt(categoryNoun(summary));
}

/** A review has as many tokens as it may have: how long they are is known only once they are read. */
function answerTokens({ task, review }: Experiment, { titles, genres }: DatasetReader): number {
  return task === 'review' ? review.maxTokens : meanTokens(task === 'next-item' ? titles : genres, targetText) + 1;
}

function summaryTokens({ integration: { kind, summary } }: Experiment): number {
  return kind === 'text-summary' ? summary.maxTokens : 0;
}

function meanTokens(values: readonly string[], toText: (value: string) => string): number {
  const characters = values.reduce((sum, value) => sum + toText(value).length, 0);
  return characters / Math.max(1, values.length) / CHARACTERS_PER_TOKEN;
}
