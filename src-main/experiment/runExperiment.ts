import { AppError, toErrorData } from '../../src-shared/errors.ts';
import { type Experiment, experimentSchema, usesEncoder } from '../../src-shared/experiment.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import { splitExamples } from '../data/windows.ts';
import type { Engine, HostTensors } from '../engine/engine.ts';
import { languageModelSpecs } from '../model/languageModel/languageModel.ts';
import { initializeParameters } from '../model/parameters.ts';
import type { UserEncoderShape } from '../model/userEncoder/userEncoder.ts';
import { readWeights } from '../pretrained/weights.ts';
import type { Workspace } from '../store/workspace.ts';
import { encoderRunId, readEncoderOfRun } from './adoptedEncoder.ts';
import { tokenizerTexts } from './corpus.ts';
import { evaluate } from './evaluate.ts';
import { finetune } from './finetuning.ts';
import type { Emit } from './jobMessages.ts';
import { languageModelSummaries, summariesFile } from './languageModelSummaries.ts';
import { openBaseLanguageModel, requireUnchangedModel } from './languageModels.ts';
import { encoderStage, languageModelPretraining } from './pretraining.ts';
import { readRetentionText } from './retentionText.ts';
import { taskSplit } from './reviews.ts';
import { createMetricWriter, type RunContext, stageOf, writeLog } from './runContext.ts';
import { encoderShape, personalisedShape } from './shapes.ts';
import { neededStages } from './stages.ts';
import { isWrittenByModel, type Summaries } from './summaries.ts';
import { createTextExamples } from './textExamples.ts';
import { requireNotStopped, runTrainingStage } from './trainingStage.ts';

export interface RunOptions {
  readonly workspace: Workspace;
  readonly runId: string;
  readonly engine: Engine;
  /** Aborting stops the run: a checkpoint is saved, and the status becomes `stopped`. */
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/**
 * Executes a run from where it is: stages that are done are skipped, the one that was interrupted continues from its last
 * checkpoint. Ends with status `completed`, `stopped` or `failed`.
 * @throws what made the run fail, after it was recorded
 */
export async function runExperiment(options: RunOptions): Promise<void> {
  const { workspace, runId, emit } = options;
  const setStatus = (...status: [Parameters<Workspace['runs']['setStatus']>[1], (string | null)?]): void => {
    workspace.runs.setStatus(runId, ...status);
    emit({ type: 'changed' });
  };
  setStatus('running');
  try {
    await runStages(options);
    setStatus('completed');
  } catch (error) {
    const { code, message } = toErrorData(error);
    if (code === 'cancelled' && options.signal.aborted) return setStatus('stopped');
    setStatus('failed', message);
    throw error;
  }
}

async function runStages(options: RunOptions): Promise<void> {
  const context = await openContext(options);
  const { experiment, reader, tokenizer, languageModel: base } = context;
  const encoder = encoderShape(experiment, reader);
  const languageModel = base.shape;
  const stages = new Set(neededStages(experiment));
  const retentionText = readRetentionText(context.workspace, experiment);
  const encoderParameters = stages.has('pretrain-encoder')
    ? await runTrainingStage(context, encoderStage(context, encoder))
    : adoptedEncoder(context, encoder);
  const textParameters = await baseParameters(context, stages.has('pretrain-language-model'));
  const isUntrained = Object.keys(textParameters).length === 0;
  const baseLanguageModel = isUntrained ? initializeParameters(languageModelSpecs(languageModel), experiment.seed) : textParameters;
  const shape = personalisedShape(languageModel, experiment, encoder);
  const examples = createTextExamples({
    experiment,
    reader,
    tokenizer,
    maxPositions: languageModel.maxPositions,
    ...(isWrittenByModel(experiment) && { summaries: writtenSummaries(context, baseLanguageModel) }),
  });
  const pretrained = { ...textParameters, ...encoderParameters };
  const parameters = await finetune(context, { shape, examples, pretrained, ...(base.folder && { languageModelWeights: textParameters }) });
  if (stageOf(context, 'evaluate').status === 'done') return;
  await evaluate(context, {
    shape,
    examples,
    parameters,
    baseLanguageModel,
    retentionText,
    pretrainedEncoder: stages.has('pretrain-encoder') ? { encoder, encoderParameters } : null,
  });
}

/** The summaries that the run's language model writes, with a line in its log when it begins. */
export function writtenSummaries(context: RunContext, base: HostTensors): Summaries {
  const { workspace, run, languageModel, signal } = context;
  return languageModelSummaries({
    ...context,
    shape: languageModel.shape,
    base: () => base,
    file: summariesFile(workspace, run.id),
    onProgress: (written, total) => {
      if (written === 0) writeLog(context, `the language model writes ${total} summaries of histories`);
      requireNotStopped(signal);
    },
  });
}

/** Parameters of the language model before fine-tuning: read from its folder, or pretrained here; none for random ones. */
async function baseParameters(context: RunContext, isPretrainedHere: boolean): Promise<HostTensors> {
  const { folder, shape } = context.languageModel;
  if (folder !== null) {
    await requireUnchangedModel(context.run, context.experiment, folder);
    return readWeights(folder);
  }
  return isPretrainedHere ? runTrainingStage(context, languageModelPretraining(context, shape)) : {};
}

/** The encoder of the run that the experiment names; nothing for one that starts from random weights, or takes no part. */
export function adoptedEncoder(
  { workspace, experiment, run }: Pick<RunContext, 'workspace' | 'experiment' | 'run'>,
  shape: UserEncoderShape,
): HostTensors {
  const runId = usesEncoder(experiment.integration) ? encoderRunId(experiment.encoder) : null;
  return runId === null ? {} : readEncoderOfRun(workspace, runId, shape, run.datasetFingerprint);
}

/** What every stage works with. @throws AppError `run-not-resumable` when the data is no longer what the run was made with */
export async function openContext({ workspace, runId, engine, signal, emit }: RunOptions): Promise<RunContext> {
  const run = workspace.runs.get(runId);
  const experiment: Experiment = experimentSchema.parse(run.config);
  const reader = await openDatasetView(workspace.datasets, run.datasetName, experiment.data);
  if (reader.summary.fingerprint !== run.datasetFingerprint) {
    throw new AppError(
      'run-not-resumable',
      `run "${run.id}": expected dataset "${run.datasetName}" as it was when the run was made, got other content; start a new run`,
    );
  }
  writeLog({ workspace, run, emit }, `engine ${engine.name} (${engine.provider}) on ${engine.device}`);
  const split = splitExamples(reader, { minHistory: 1 });
  const asked = taskSplit(experiment, reader, split);
  const languageModel = openBaseLanguageModel(workspace, run, experiment, () => tokenizerTexts(experiment, reader, asked.train));
  return {
    workspace,
    run,
    experiment,
    engine,
    reader,
    languageModel,
    tokenizer: languageModel.tokenizer,
    split,
    taskSplit: asked,
    signal,
    emit,
    metrics: createMetricWriter(workspace, runId, emit),
  };
}
