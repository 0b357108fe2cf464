import { join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { StageName } from '../../src-shared/run.ts';
import type { HostTensors } from '../engine/engine.ts';
import { type TrainOptions, type TrainResult, train } from '../training/trainer.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoints.ts';
import { type RunContext, stageOf, updateStage, writeLog } from './runContext.ts';
import { findSharedStage, type SharedStage, writeSharedStage } from './sharedStages.ts';

/** Checkpoints of a stage that are kept: the last, and the one before. */
const KEPT_CHECKPOINTS = 2;

export interface TrainingStageOptions {
  readonly name: StageName;
  /** Content hash under which the outcome is shared with other runs; null: it is this run's own. */
  readonly sharedAs: string | null;
  readonly checkpointEvery: number;
  /** Parameters that do not train and can be read again from elsewhere: checkpoints leave them out. */
  readonly readElsewhere?: ReadonlySet<string>;
  readonly training: Omit<TrainOptions, 'engine' | 'stage' | 'resume' | 'checkpoint' | 'onMetrics' | 'signal'>;
}

export function requireNotStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'run: stopped');
}

/**
 * Brings one training stage to its end and returns its parameters: taken from an equal stage that some run finished, or from this
 * run's own checkpoint, or trained - from the last checkpoint on, if there is one.
 * @throws AppError `cancelled` when the run is stopped, after a checkpoint was saved
 */
export async function runTrainingStage(context: RunContext, options: TrainingStageOptions): Promise<HostTensors> {
  requireNotStopped(context.signal);
  const shared = options.sharedAs === null ? null : findSharedStage(context.workspace, options.sharedAs);
  if (shared) return adoptShared(context, options.name, shared);
  const last = lastCheckpoint(context, options);
  if (stageOf(context, options.name).status === 'done' && last) return last.state.parameters;
  return trainStage(context, options, last);
}

/** A stage of this very run that was finished just before it was killed counts as done; another run's as reused. */
function adoptShared(context: RunContext, name: StageName, shared: SharedStage): HostTensors {
  const { status } = stageOf(context, name);
  if (status === 'done' || status === 'reused') return shared.parameters;
  const own = shared.runId === context.run.id;
  if (!own && status === 'running') rewind(context, name, 0);
  const { steps, seconds, finalLoss } = shared;
  updateStage(context, { name, status: own ? 'done' : 'reused', steps, stepsDone: steps, seconds: own ? seconds : 0, finalLoss });
  context.workspace.runs.pruneCheckpoints(context.run.id, name, 0);
  if (!own) writeLog(context, `${name}: reused from run ${shared.runId}, which trained the same stage`);
  return shared.parameters;
}

function lastCheckpoint({ workspace, run }: RunContext, { name, training, readElsewhere }: TrainingStageOptions): Checkpoint | null {
  const latest = workspace.runs.latestCheckpoint(run.id, name);
  if (!latest) return null;
  const { state, seconds } = readCheckpoint(latest.path);
  return { state: { ...state, parameters: { ...only(training.parameters, readElsewhere), ...state.parameters } }, seconds };
}

function only(parameters: HostTensors, names: ReadonlySet<string> = new Set()): HostTensors {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.has(name)));
}

function rewind({ workspace, run, emit }: RunContext, stage: StageName, step: number): void {
  workspace.runs.rewind(run.id, stage, step);
  emit({ type: 'rewound', stage, step });
}

async function trainStage(context: RunContext, options: TrainingStageOptions, last: Checkpoint | null): Promise<HostTensors> {
  const { name, training } = options;
  const { steps } = training.optimizer;
  const clock = startClock(last?.seconds ?? 0);
  if (stageOf(context, name).status === 'running') {
    rewind(context, name, last?.state.step ?? 0);
    writeLog(context, `${name}: continues after step ${last?.state.step ?? 0} of ${steps}`);
  }
  updateStage(context, { name, status: 'running', steps, stepsDone: last?.state.step ?? 0 });
  const save = (state: Checkpoint['state']) => saveCheckpoint(context, options, { state, seconds: clock() });
  const result = await train({
    ...training,
    engine: context.engine,
    stage: name,
    ...(last && { resume: last.state }),
    checkpoint: { every: options.checkpointEvery, save },
    onMetrics: (step, values) => context.metrics.append(name, step, values),
    signal: context.signal,
  });
  context.metrics.flush();
  updateStage(context, { name, stepsDone: result.stepsDone, seconds: clock(), finalLoss: result.finalLoss });
  if (result.stopped) throw new AppError('cancelled', `run: stopped at step ${result.stepsDone} of ${name}`);
  await finishStage(context, options, result, clock());
  return result.parameters;
}

/** The outcome is on disk before the stage counts as done. */
async function finishStage(context: RunContext, options: TrainingStageOptions, result: TrainResult, seconds: number): Promise<void> {
  const { name, sharedAs } = options;
  const { parameters, stepsDone, finalLoss } = result;
  if (sharedAs !== null) {
    await writeSharedStage(context.workspace, sharedAs, { parameters, runId: context.run.id, steps: stepsDone, seconds, finalLoss });
  } else if (stepsDone === 0) {
    const state = { step: 0, loss: null, parameters, firstMoments: {}, secondMoments: {} };
    await saveCheckpoint(context, options, { state, seconds });
  }
  updateStage(context, { name, status: 'done' });
  if (sharedAs !== null) context.workspace.runs.pruneCheckpoints(context.run.id, name, 0);
}

/** Metrics up to the checkpoint first, then the file, then its entry: killed in between, the run resumes from the one before. */
async function saveCheckpoint(
  context: RunContext,
  { name: stage, readElsewhere }: TrainingStageOptions,
  checkpoint: Checkpoint,
): Promise<void> {
  const { workspace, run, metrics } = context;
  const { step, parameters } = checkpoint.state;
  const kept = Object.fromEntries(Object.entries(parameters).filter(([name]) => !readElsewhere?.has(name)));
  metrics.flush();
  const path = join(workspace.runs.folder(run.id), `${stage}-${step}.safetensors`);
  const sizeBytes = await writeCheckpoint(path, { ...checkpoint, state: { ...checkpoint.state, parameters: kept } });
  workspace.runs.addCheckpoint(run.id, { stage, step, path, sizeBytes });
  workspace.runs.pruneCheckpoints(run.id, stage, KEPT_CHECKPOINTS);
  updateStage(context, { name: stage, stepsDone: step, seconds: checkpoint.seconds });
}

/** Seconds since the start, plus those that were spent before. */
function startClock(secondsBefore: number): () => number {
  const startedAt = performance.now();
  return () => secondsBefore + (performance.now() - startedAt) / 1000;
}
