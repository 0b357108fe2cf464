import { AppError } from '../../src-shared/errors.ts';
import type { EncoderConfig } from '../../src-shared/experiment.ts';
import type { RunSummary } from '../../src-shared/run.ts';
import type { HostTensors } from '../engine/engine.ts';
import { type UserEncoderShape, userEncoderSpecs } from '../model/userEncoder/userEncoder.ts';
import type { Workspace } from '../store/workspace.ts';
import { readCheckpoint } from './checkpoints.ts';

const FROM_RUN = 'run:';

/** The id in `"init": "run:<id>"`; null for an encoder that is pretrained here or random. */
export function encoderRunId({ init }: EncoderConfig): string | null {
  return init.startsWith(FROM_RUN) ? init.slice(FROM_RUN.length) : null;
}

/**
 * The run whose encoder an experiment takes.
 * @throws AppError `run-not-found`; `experiment-invalid` when its fine-tuning is not done or it knew another dataset
 */
export function requireEncoderRun(workspace: Workspace, runId: string, datasetFingerprint: string): RunSummary {
  const run = workspace.runs.get(runId);
  const isDone = run.stages.some(({ name, status }) => name === 'finetune' && status === 'done');
  if (!isDone) throw invalid(runId, `a run whose finetune stage is done, got one that is ${run.status}; let it finish first`);
  if (run.datasetFingerprint !== datasetFingerprint) {
    throw invalid(runId, `a run on the same dataset, got one on other content of "${run.datasetName}"; its ids mean other items`);
  }
  return run;
}

/**
 * The encoder of another run as its fine-tuning left it, without prediction heads.
 * @throws AppError as `requireEncoderRun`, and `experiment-invalid` when the encoder is of other sizes or features
 */
export function readEncoderOfRun(workspace: Workspace, runId: string, shape: UserEncoderShape, datasetFingerprint: string): HostTensors {
  requireEncoderRun(workspace, runId, datasetFingerprint);
  const { parameters } = readCheckpoint(workspace.runs.latestCheckpoint(runId, 'finetune')!.path).state;
  const wanted = Object.entries(userEncoderSpecs(shape)).filter(([name]) => !name.startsWith('encoder.head.'));
  const found = Object.keys(parameters).filter((name) => name.startsWith('encoder.'));
  const fits = wanted.length === found.length && wanted.every(([name, spec]) => isShape(parameters[name]?.shape, spec.shape));
  if (!fits) throw invalid(runId, 'an encoder of the sizes and features that "encoder" and "history" describe, got another; copy them');
  return Object.fromEntries(wanted.map(([name]) => [name, parameters[name]!]));
}

function isShape(found: readonly number[] | undefined, wanted: readonly number[]): boolean {
  return found?.length === wanted.length && found.every((length, axis) => length === wanted[axis]);
}

function invalid(runId: string, what: string): AppError {
  return new AppError('experiment-invalid', `encoder.init "${FROM_RUN}${runId}": expected ${what}`);
}
