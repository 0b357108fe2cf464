import type { DatasetSummary, ImportProgress } from '../../../src-shared/dataset.ts';
import type { RunSummary } from '../../../src-shared/run.ts';

export const SAMPLE_NAME = 'sample';
const EXPERIMENT_NAME = `${SAMPLE_NAME}-cross-attention`;

export type StepState = 'waits' | 'ready' | 'going-on' | 'done';

export interface WalkthroughState {
  dataset: StepState;
  experiment: StepState;
  run: StepState;
  result: StepState;
  /** The experiment file of the walkthrough, once there is one. */
  experimentPath: string | null;
  /** Its latest run, completed ones first. */
  latestRun: RunSummary | null;
}

interface Workspace {
  datasets: readonly Pick<DatasetSummary, 'name'>[];
  imports: readonly Pick<ImportProgress, 'name' | 'phase'>[];
  experiments: readonly { name: string; path: string }[];
  runs: readonly RunSummary[];
}

const ENDED = ['done', 'failed', 'cancelled'];

/** How far the walkthrough has come, told from what is in the workspace. */
export function walkthroughState({ datasets, imports, experiments, runs }: Workspace): WalkthroughState {
  const hasDataset = datasets.some((dataset) => dataset.name === SAMPLE_NAME);
  const isImporting = imports.some((each) => each.name === SAMPLE_NAME && !ENDED.includes(each.phase));
  const file = experiments.find((each) => each.name === EXPERIMENT_NAME) ?? null;
  const mine = runs.filter((run) => run.datasetName === SAMPLE_NAME);
  const latestRun = mine.find((run) => run.status === 'completed') ?? mine[0] ?? null;
  const isDone = latestRun?.status === 'completed';
  const isRunning = latestRun?.status === 'running' || latestRun?.status === 'queued';
  return {
    dataset: hasDataset ? 'done' : isImporting ? 'going-on' : 'ready',
    experiment: file ? 'done' : hasDataset ? 'ready' : 'waits',
    run: isDone ? 'done' : isRunning ? 'going-on' : file ? 'ready' : 'waits',
    result: isDone ? 'done' : 'waits',
    experimentPath: file?.path ?? null,
    latestRun,
  };
}
