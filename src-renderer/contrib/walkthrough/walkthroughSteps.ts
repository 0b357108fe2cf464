import type { DatasetSummary, ImportProgress } from '../../../src-shared/dataset.ts';
import type { RunSummary } from '../../../src-shared/run.ts';

export const SAMPLE_NAME = 'sample';
const EXPERIMENT_NAME = `${SAMPLE_NAME}-cross-attention`;
const BASELINE_NAME = `${SAMPLE_NAME}-text-prompt`;

export type StepState = 'waits' | 'ready' | 'going-on' | 'done';

export interface WalkthroughState {
  dataset: StepState;
  experiment: StepState;
  run: StepState;
  result: StepState;
  comparison: StepState;
  /** The experiment file of the walkthrough, once there is one. */
  experimentPath: string | null;
  /** Its latest run, completed ones first. */
  latestRun: RunSummary | null;
  /** The file and the latest run of the same language model with the history in its prompt. */
  baselinePath: string | null;
  baselineRun: RunSummary | null;
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
  const latestRun = latestOf(mine.filter((run) => !OTHER_RUN.test(run.name)));
  const baselineRun = latestOf(mine.filter((run) => run.name.startsWith(BASELINE_RUN)));
  const isDone = latestRun?.status === 'completed';
  return {
    dataset: hasDataset ? 'done' : isImporting ? 'going-on' : 'ready',
    experiment: file ? 'done' : hasDataset ? 'ready' : 'waits',
    run: isDone ? 'done' : isGoingOn(latestRun) ? 'going-on' : file ? 'ready' : 'waits',
    result: isDone ? 'done' : 'waits',
    comparison: !isDone ? 'waits' : baselineRun?.status === 'completed' ? 'done' : isGoingOn(baselineRun) ? 'going-on' : 'ready',
    experimentPath: file?.path ?? null,
    latestRun,
    baselinePath: experiments.find((each) => each.name === BASELINE_NAME)?.path ?? null,
    baselineRun,
  };
}

/** How runs of the two suggested experiments without a user encoder are called. */
const BASELINE_RUN = 'text prompt on';
const OTHER_RUN = /^(text prompt|no user) on /;
const isGoingOn = (run: RunSummary | null): boolean => run?.status === 'running' || run?.status === 'queued';
const latestOf = (runs: RunSummary[]): RunSummary | null => runs.find((run) => run.status === 'completed') ?? runs[0] ?? null;
