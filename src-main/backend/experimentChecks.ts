import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { MethodOutput, Plan } from '../../src-shared/contract.ts';
import { AppError, type ErrorCode } from '../../src-shared/errors.ts';
import { type Experiment, type Problem, usesEncoder } from '../../src-shared/experiment.ts';
import { encoderRunId, requireEncoderRun } from '../experiment/adoptedEncoder.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { planExperiment } from '../experiment/plan.ts';
import type { Workspace } from '../store/workspace.ts';

/** Everything that can be said of an experiment file before it runs: what is wrong, and what it would do. */
export function validateExperiment(workspace: Workspace, text: string): MethodOutput<'experiments.validate'> {
  const { experiment, problems } = parseExperiment(text);
  if (!experiment) return { problems, plan: null };
  try {
    return { problems, plan: planFor(workspace, experiment) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const path = PATHS[error.code] ?? [];
    return { problems: [...problems, problemAt(text, path, error.message)], plan: null };
  }
}

/** What an error about something outside the file is a problem of. */
const PATHS: Partial<Record<ErrorCode, string[]>> = {
  'dataset-not-found': ['dataset'],
  'run-not-found': ['encoder', 'init'],
  'experiment-invalid': ['encoder', 'init'],
};

/**
 * @throws AppError `dataset-not-found` with a suggestion; `run-not-found` or `experiment-invalid` when the run that the encoder is taken from
 *   cannot serve it
 */
export function planFor(workspace: Workspace, experiment: Experiment): Plan {
  const runId = usesEncoder(experiment.integration) ? encoderRunId(experiment.encoder) : null;
  if (runId !== null) requireEncoderRun(workspace, runId, workspace.datasets.get(experiment.dataset).fingerprint);
  return planExperiment(experiment, workspace.datasets.open(experiment.dataset));
}

/** A problem at the value that stands at `path`; at the start of the file when there is none. */
function problemAt(text: string, path: string[], message: string): Problem {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, path);
  const start = positionOf(text, path.length > 0 && node ? node.offset : 0);
  const end = positionOf(text, path.length > 0 && node ? node.offset + node.length : 1);
  return { message, severity: 'error', path: path.join('.'), ...start, endLine: end.line, endColumn: end.column };
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
