import type { BackendApi } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { RunSummary } from '../../src-shared/run.ts';
import type { SweepPlan } from '../../src-shared/sweep.ts';
import { describedRuns, experimentKey } from '../experiment/earlierRuns.ts';
import { requireRuns } from '../experiment/parse.ts';
import { previewSweep } from '../experiment/sweepPreview.ts';
import type { Workspace } from '../store/workspace.ts';
import { planFor, suitedToDataset } from './experimentChecks.ts';

/** How the runs of a sweep are started; each as if it were alone. */
export type RunMethods = Pick<BackendApi, 'runs.start' | 'runs.resume'>;

/**
 * The runs of a sweep, and which of them were done before on the data as it is now.
 * @throws AppError `experiment-invalid`, `dataset-not-found`
 */
export function planSweep(workspace: Workspace, text: string): SweepPlan {
  const { name, runs } = requireRuns(text);
  const datasets = [...new Set(runs.map(({ experiment }) => experiment.dataset))].map((dataset) => workspace.datasets.get(dataset));
  const earlier = describedRuns(workspace, datasets);
  const preview = previewSweep(runs);
  const planned = runs.map(({ experiment, text: runText }, at) => {
    const run = earlier.get(experimentKey(suitedToDataset(workspace, experiment, runText)));
    return { ...preview.runs[at]!, text: runText, run: run ? { id: run.id, status: run.status } : null };
  });
  return { ...preview, runs: planned, name };
}

/**
 * Starts what is missing of a sweep and goes on with what was stopped. All of its experiments are checked first: nothing starts when one
 * of them cannot run.
 */
export async function startSweep(workspace: Workspace, methods: RunMethods, text: string): Promise<RunSummary[]> {
  for (const { experiment, values, text: runText } of requireRuns(text).runs) {
    const check = async () => planFor(workspace, suitedToDataset(workspace, experiment, runText));
    await check().catch((error: unknown) => {
      if (!(error instanceof AppError) || values.size === 0) throw error;
      throw new AppError(error.code, `${experiment.name}: ${error.message}`, error.details);
    });
  }
  const { name, runs } = planSweep(workspace, text);
  return startMissing(workspace, methods, runs, name);
}

type Startable = Pick<SweepPlan['runs'][number], 'run' | 'text'>;

/** Starts, in order, what was not done; goes on with what was stopped; leaves alone what is done, waits or runs. */
export async function startMissing(
  workspace: Workspace,
  methods: RunMethods,
  experiments: readonly Startable[],
  sweep?: string,
): Promise<RunSummary[]> {
  const started: RunSummary[] = [];
  for (const { run, text } of experiments)
    started.push(await startOne(workspace, methods, { run, text, ...(sweep !== undefined && { sweep }) }));
  return started;
}

async function startOne(
  workspace: Workspace,
  methods: RunMethods,
  { run, text, ...label }: Startable & { sweep?: string },
): Promise<RunSummary> {
  if (run?.status === 'stopped' || run?.status === 'interrupted') return methods['runs.resume']({ runId: run.id });
  if (run === null || run.status === 'failed') return methods['runs.start']({ text, ...label });
  return workspace.runs.summary(run.id);
}
