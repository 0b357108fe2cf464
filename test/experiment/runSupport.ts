import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openEngine } from '../../src-main/experiment/engines.ts';
import { type JobMessage, jobMessageSchema } from '../../src-main/experiment/jobMessages.ts';
import { runExperiment } from '../../src-main/experiment/runExperiment.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import { createRun } from './tinyDataset.ts';

const JOB = fileURLToPath(new URL('../../src-main/experiment/job.ts', import.meta.url));

/** Executes a run in this process. */
export async function execute(
  workspace: Workspace,
  runId: string,
  options: { signal?: AbortSignal; emit?: (message: JobMessage) => void } = {},
) {
  const { config } = workspace.runs.get(runId);
  const engine = await openEngine((config as Experiment).engine);
  try {
    await runExperiment({ workspace, runId, engine, signal: new AbortController().signal, emit: () => undefined, ...options });
  } finally {
    await engine.dispose();
  }
  return workspace.runs.get(runId);
}

export async function createAndExecute(workspace: Workspace, runId: string, experiment: Experiment) {
  createRun(workspace, runId, experiment);
  return execute(workspace, runId);
}

/** Starts the job process of a run. `onMessage` gets every message that it sends. */
export function startJob(workspacePath: string, runId: string, onMessage: (message: JobMessage, job: ChildProcess) => void): ChildProcess {
  const job = fork(JOB, [], { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  job.on('message', (message) => onMessage(jobMessageSchema.parse(message), job));
  job.send({ workspacePath, runId });
  return job;
}

export async function exitOf(job: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  const [code, signal] = (await once(job, 'exit')) as [number | null, string | null];
  return { code, signal };
}

/** Metrics that depend on the clock or the machine. */
const TIMED = new Set(['tokensPerSecond', 'memoryBytes']);

/** Everything that a run leaves behind, but for times and sizes. */
export function outcomeOf(workspace: Workspace, runId: string) {
  const { status, stages, metrics, parameters, gates, samples, efficiency, checkpoints } = workspace.runs.get(runId);
  const curves = workspace.runs.curves([runId], undefined, 20_000).filter(({ name }) => !TIMED.has(name));
  return {
    status,
    metrics,
    parameters,
    gates,
    samples,
    curves: curves.map(({ runId: _, ...curve }) => curve),
    stages: stages.map(({ seconds: _, ...stage }) => stage),
    efficiency: efficiency.map(({ millisecondsPerRequest: _, ...point }) => point),
    checkpoints: checkpoints.map(({ stage, step }) => ({ stage, step })),
  };
}
