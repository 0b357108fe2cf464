import { experimentSchema, type OptimizerConfig } from '../../src-shared/experiment.ts';
import type { ReproducedCell, ReproducedTable } from '../../src-shared/reproduction.ts';
import type { RunDetail } from '../../src-shared/run.ts';
import { type Givens, planVariant } from './experiments.ts';

/** Tables that say what was used; nothing has to run for them. */

export function cell(value: number | string | null, paper: ReproducedCell['paper'] = null): ReproducedCell {
  return { value, deviation: null, state: value === null ? 'none' : 'done', paper };
}

/** Users, items and training examples as the paper counts them. */
const PAPER_DATASETS = [
  { label: 'MovieLens-20M', users: 82_977, items: 27_280, examples: 13_821_405 },
  { label: 'Google Local Review (New York)', users: 80_080, items: 270_721, examples: 3_387_375 },
  { label: 'Amazon Movies and TV', users: 5756, items: 177_978, examples: 357_258 },
];

export interface CountedDataset {
  readonly name: string;
  readonly users: number;
  readonly items: number;
  /** At the size's number of embedded events. */
  readonly trainingExamples: number;
}

/** Table 1: the datasets. The paper's are other ones: its numbers stand in rows of their own. */
export function datasetsTable(datasets: readonly CountedDataset[]): ReproducedTable {
  const own = datasets.map(({ name, users, items, trainingExamples }) => ({
    label: name,
    cells: [cell(users), cell(items), cell(trainingExamples)],
    experiments: [],
  }));
  const papers = PAPER_DATASETS.map(({ label, users, items, examples }) => ({
    label: `the paper: ${label}`,
    cells: [cell(users), cell(items), cell(examples)],
    experiments: [],
  }));
  return {
    id: 'table-1',
    paper: 'Table 1',
    title: 'Datasets',
    columns: [
      { key: 'users', label: 'Users', format: 'count' },
      { key: 'items', label: 'Items', format: 'count' },
      { key: 'examples', label: 'Training examples', format: 'count' },
    ],
    rows: [...own, ...papers],
    notes: [
      "The paper's counts of MovieLens-20M fit users with at least 52 or 53 events; its 27,280 items are 27,278 films, padding and unknown.",
    ],
  };
}

const PAPER_RATES = [
  { label: 'encoder pretraining', learningRate: 1e-1, weightDecay: 1e-1, batch: 32_768, steps: 10_000 },
  { label: 'next item', learningRate: 1e-3, weightDecay: 1e-3, batch: 8192, steps: 10_000 },
  { label: 'favourite category', learningRate: 1e-3, weightDecay: 1e-3, batch: 1024, steps: 5000 },
  { label: 'review (Amazon)', learningRate: 1e-3, weightDecay: 1e-1, batch: 2048, steps: 5000 },
];

/** Table 7: hyper-parameters, those of the experiments beside the paper's for MovieLens. */
export function hyperParametersTable(givens: Givens): ReproducedTable {
  const nextItem = experimentSchema.parse(planVariant({ task: 'next-item' }, 1, givens)!.input);
  // Also where no dataset has the texts or categories that the task is about.
  const trainingOf = (task: 'favourite-genre' | 'review') =>
    experimentSchema.parse({ dataset: givens.dataset.name, task, training: givens.size.training[task] }).training;
  const used: OptimizerConfig[] = [nextItem.encoder.pretraining, nextItem.training, trainingOf('favourite-genre'), trainingOf('review')];
  const rows = PAPER_RATES.map((paper, at) => {
    const { learningRate, weightDecay, batchSize, accumulation, steps } = used[at]!;
    const cells = [
      cell(learningRate, paper.learningRate),
      cell(weightDecay, paper.weightDecay),
      cell(batchSize * accumulation, paper.batch),
      cell(steps, paper.steps),
    ];
    return { label: paper.label, cells, experiments: [] };
  });
  return {
    id: 'table-7',
    paper: 'Table 7',
    title: 'Hyper-parameters',
    columns: [
      { key: 'learningRate', label: 'Learning rate', format: 'number' },
      { key: 'weightDecay', label: 'Weight decay', format: 'number' },
      { key: 'batch', label: 'Batch', format: 'count' },
      { key: 'steps', label: 'Steps', format: 'count' },
    ],
    rows,
    notes: ["The paper's learning rate of .1 for pretraining on MovieLens is probably a typing error: .0001 on its other datasets."],
  };
}

export const TEXTS_TABLE = 'appendix-f';
const SHOWN_SAMPLES = 5;

/** Appendix F: what the personalised and the unpersonalised model write for the same users. */
export function textsTable(
  runs: { personalised: RunDetail | null; unpersonalised: RunDetail | null },
  experiments: readonly string[],
): ReproducedTable {
  const { personalised, unpersonalised } = runs;
  const pairs = (personalised?.samples ?? []).flatMap((sample) => {
    const other = unpersonalised?.samples.find(({ userId, target }) => userId === sample.userId && target === sample.target);
    return other ? [{ sample, other }] : [];
  });
  const rows = pairs.slice(0, SHOWN_SAMPLES).map(({ sample, other }) => ({
    label: `user ${sample.userId}`,
    cells: [cell(sample.target), cell(sample.predictions[0]?.text ?? ''), cell(other.predictions[0]?.text ?? '')],
    experiments: [...experiments],
  }));
  const gap = { label: 'test users', cells: Array(3).fill({ ...cell(null), state: 'gap' }), experiments: [...experiments] };
  return {
    id: TEXTS_TABLE,
    paper: 'Appendix F',
    title: 'What the personalised and the unpersonalised model write',
    columns: [
      { key: 'target', label: 'True', format: 'text' },
      { key: 'personalised', label: 'With the user', format: 'text' },
      { key: 'unpersonalised', label: 'Without', format: 'text' },
    ],
    rows: rows.length > 0 ? rows : [gap],
    notes: [],
  };
}
