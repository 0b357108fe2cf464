import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Experiment } from '../../../src-shared/experiment.ts';
import { openDatasetView } from '../../data/views/datasetView.ts';
import type { Example, Split } from '../../data/windows.ts';
import type { Engine, HostTensors } from '../../engine/engine.ts';
import { languageModelSpecs } from '../../model/languageModel/languageModel.ts';
import { initializeParameters } from '../../model/parameters.ts';
import type { UserEncoderShape } from '../../model/userEncoder/userEncoder.ts';
import { readWeights } from '../../pretrained/weights.ts';
import { makeTemporaryFolder } from '../../store/temporary.ts';
import { openWorkspace, type Workspace } from '../../store/workspace.ts';
import { drawSubset } from '../../training/sampling.ts';
import { type Evaluation, testExamples } from '../evaluate.ts';
import { examplesRead, type Finetuning, finetuneStage } from '../finetuning.ts';
import { FINGERPRINT_KEY, pretrainedModel } from '../languageModels.ts';
import { encoderStage, languageModelPretraining, VALIDATION_USERS } from '../pretraining.ts';
import { readRetentionText } from '../retentionText.ts';
import type { RunContext } from '../runContext.ts';
import { adoptedEncoder, openContext, writtenSummaries } from '../runExperiment.ts';
import { encoderShape, personalisedShape } from '../shapes.ts';
import { hashDescription } from '../sharedStages.ts';
import { initialStages, neededStages } from '../stages.ts';
import { isWrittenByModel } from '../summaries.ts';
import { createTextExamples } from '../textExamples.ts';
import type { Rates, TrainingRates, TrainingStageName } from './rates.ts';
import { rehearseEvaluation } from './rehearseEvaluation.ts';
import { rehearsedSteps, rehearseStage } from './rehearseStage.ts';
import { type Clock, wallClock } from './watch.ts';

export interface RehearsalOptions {
  readonly workspace: Workspace;
  readonly experiment: Experiment;
  readonly engine: Engine;
  /** Aborting ends it with an AppError `cancelled`. */
  readonly signal: AbortSignal;
  /** Called before every stage. */
  readonly onStage?: (name: TrainingStageName | 'evaluate') => void;
  readonly clock?: Clock;
}

interface Rehearsing extends Required<Omit<RehearsalOptions, 'signal'>> {
  readonly context: RunContext;
}

type Trained<R> = [rates: R, parameters: HostTensors];

/**
 * Does a little of everything that a run of the experiment would do, with its own data, sizes and code, and measures what it takes: some real
 * steps of every training stage, a validation, a checkpoint, and the evaluation of one batch of users. Leaves nothing behind.
 * @throws AppError `cancelled`, and whatever the run itself would fail with
 */
export async function rehearse(options: RehearsalOptions): Promise<Rates> {
  const { workspace, onStage = () => undefined, clock = wallClock } = options;
  const folder = makeTemporaryFolder(workspace.temporaryPath, 'rehearsal');
  const own = openWorkspace(folder);
  try {
    // What the rehearsed run writes goes to a workspace of its own; what it reads comes from the person's.
    const scratch: Workspace = { ...own, path: workspace.path, datasets: workspace.datasets, models: workspace.models };
    const startedAt = clock();
    const context = await openContext({ ...options, workspace: scratch, runId: await createRun(options, scratch), emit: () => undefined });
    const preparation = clock() - startedAt;
    const metrics = { append: () => undefined, flush: () => undefined };
    return { preparation, ...(await rehearseStages({ ...options, onStage, clock, context: { ...context, metrics } })) };
  } finally {
    own.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createRun({ workspace, experiment }: RehearsalOptions, scratch: Workspace): Promise<string> {
  const { summary } = await openDatasetView(workspace.datasets, experiment.dataset, experiment.data);
  const model = pretrainedModel(workspace, experiment);
  const id = randomUUID();
  scratch.runs.create({
    id,
    name: experiment.name,
    config: experiment,
    source: '',
    datasetName: experiment.dataset,
    datasetFingerprint: summary.fingerprint,
    environment: model ? { [FINGERPRINT_KEY]: model.fingerprint } : {},
    stages: initialStages(experiment, summary.users),
  });
  return id;
}

async function rehearseStages(rehearsing: Rehearsing): Promise<Omit<Rates, 'preparation'>> {
  const { context, experiment, engine, clock, onStage } = rehearsing;
  const encoder = encoderShape(experiment, context.reader);
  const [encoderRates, encoderParameters] = await rehearseEncoder(rehearsing, encoder);
  const [languageModelRates, textParameters] = await rehearseLanguageModel(rehearsing);
  const { languageModel: base } = context;
  const isUntrained = Object.keys(textParameters).length === 0;
  const baseLanguageModel = isUntrained ? initializeParameters(languageModelSpecs(base.shape), experiment.seed) : textParameters;
  const finetuning: Finetuning = {
    shape: personalisedShape(base.shape, experiment, encoder),
    examples: createTextExamples({
      experiment,
      reader: context.reader,
      tokenizer: context.tokenizer,
      maxPositions: base.shape.maxPositions,
      ...(isWrittenByModel(experiment) && { summaries: writtenSummaries(context, baseLanguageModel) }),
    }),
    pretrained: { ...textParameters, ...encoderParameters },
    ...(base.folder && { languageModelWeights: textParameters }),
  };
  const test = testExamples(context).slice(0, experiment.evaluation.batchSize);
  const summary = await rehearseSummaries(rehearsing, finetuning, test);
  const [finetuneRates, parameters] = await rehearseFinetuning(rehearsing, finetuning);
  onStage('evaluate');
  const evaluation: Evaluation = {
    ...finetuning,
    parameters,
    baseLanguageModel,
    retentionText: readRetentionText(context.workspace, experiment),
    pretrainedEncoder: encoderRates && { encoder, encoderParameters },
  };
  const limited = withValidation(context, experiment.evaluation.batchSize);
  const validationBatches = Math.ceil(validationUsers(context) / experiment.evaluation.batchSize);
  const evaluate = await rehearseEvaluation({ context: limited, evaluation, test, validationBatches }, clock);
  return {
    summary,
    'pretrain-encoder': encoderRates,
    'pretrain-language-model': languageModelRates,
    finetune: finetuneRates,
    evaluate,
    engine: { name: engine.name, provider: engine.provider },
    tokenizer: { hash: hashDescription(context.tokenizer.json), vocabularySize: context.tokenizer.vocabularySize },
    measuredAtMs: Date.now(),
  };
}

async function rehearseEncoder(
  { workspace, context, clock, onStage }: Rehearsing,
  shape: UserEncoderShape,
): Promise<Trained<TrainingRates | null>> {
  const { experiment } = context;
  if (!neededStages(experiment).includes('pretrain-encoder')) return [null, adoptedEncoder({ ...context, workspace }, shape)];
  onStage('pretrain-encoder');
  const { batchSize } = experiment.encoder.pretraining;
  const stage = encoderStage(withValidation(context, batchSize), shape);
  const { rates, parameters } = await rehearseStage(context, stage, Math.ceil(validationUsers(context) / batchSize), clock);
  return [rates, parameters];
}

async function rehearseLanguageModel({ context, clock, onStage }: Rehearsing): Promise<Trained<TrainingRates | null>> {
  const { languageModel, experiment } = context;
  if (languageModel.folder !== null) return [null, readWeights(languageModel.folder)];
  if (!neededStages(experiment).includes('pretrain-language-model')) return [null, {}];
  onStage('pretrain-language-model');
  const { rates, parameters } = await rehearseStage(context, languageModelPretraining(context, languageModel.shape), 0, clock);
  return [rates, parameters];
}

async function rehearseFinetuning({ context, clock, onStage }: Rehearsing, finetuning: Finetuning): Promise<Trained<TrainingRates | null>> {
  const { steps, batchSize } = context.experiment.training;
  const { stage } = finetuneStage(withValidation(context, batchSize), finetuning);
  if (steps === 0) return [null, stage.training.parameters];
  onStage('finetune');
  const { rates, parameters } = await rehearseStage(context, stage, Math.ceil(validationUsers(context) / batchSize), clock);
  return [rates, parameters];
}

/** Seconds of one summary that the language model writes; 0 where it writes none. */
async function rehearseSummaries({ context, clock }: Rehearsing, finetuning: Finetuning, test: readonly Example[]): Promise<number> {
  const { experiment } = context;
  if (!isWrittenByModel(experiment)) return 0;
  const { training, evaluation } = experiment;
  const shortened = { ...experiment, training: { ...training, steps: rehearsedSteps(training) } };
  const few = { ...withValidation(context, Math.max(training.batchSize, evaluation.batchSize)), experiment: shortened };
  const { groups, sampler } = finetuneStage(few, finetuning);
  const examples = [...examplesRead(few, groups, sampler), ...test];
  const startedAt = clock();
  await finetuning.examples.prepare(examples);
  return (clock() - startedAt) / examples.length;
}

/** Users whose validation examples a run draws. */
function validationUsers({ taskSplit: { validation } }: RunContext): number {
  return Math.min(validation.length, VALIDATION_USERS);
}

/** The same with so many validation users at most. */
function withValidation(context: RunContext, users: number): RunContext {
  const few = ({ validation, ...split }: Split): Split => {
    const drawn = drawSubset(validation.length, users, context.experiment.seed, 'rehearsed validation');
    return { ...split, validation: drawn.map((index) => validation[index]!) };
  };
  return { ...context, split: few(context.split), taskSplit: few(context.taskSplit) };
}
