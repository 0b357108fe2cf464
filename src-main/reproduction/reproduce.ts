import { type Experiment, experimentSchema } from '../../src-shared/experiment.ts';
import type {
  ReproducedCell,
  ReproducedTable,
  Reproduction,
  ReproductionExperiment,
  ReproductionRequest,
} from '../../src-shared/reproduction.ts';
import type { RunDetail } from '../../src-shared/run.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import { splitExamples } from '../data/windows.ts';
import { earlierRuns } from '../experiment/earlierRuns.ts';
import type { Workspace } from '../store/workspace.ts';
import { type Givens, type PlannedExperiment, planVariant, type Variant } from './experiments.ts';
import { cell, datasetsTable, hyperParametersTable, TEXTS_TABLE, textsTable } from './givenTables.ts';
import { sizeOf } from './sizes.ts';
import { type RowDefinition, type TableDefinition, tableDefinitions } from './tables.ts';

const NOT_AT_HAND = "The paper's other numbers of this table are not part of the program.";

/**
 * The paper's tables and figures from the runs of a workspace: what is there, and the experiments that are still to run.
 * @throws AppError `dataset-not-found`
 */
export async function reproduce(workspace: Workspace, request: ReproductionRequest): Promise<Reproduction> {
  const givens: Givens = {
    size: sizeOf(request.size),
    dataset: workspace.datasets.get(request.dataset),
    reviewDataset: request.reviewDataset === null ? null : workspace.datasets.get(request.reviewDataset),
    languageModel: request.languageModel,
  };
  const plan = new ReproductionPlan(workspace, givens, request.seeds);
  const tables = tableDefinitions(givens.size).map((definition) => plan.tableOf(definition));
  const all = [await countDatasets(workspace, givens), ...tables, hyperParametersTable(givens), plan.texts()];
  return { request, tables: all.sort((a, b) => order(a) - order(b)), experiments: plan.experiments() };
}

/** Tables by number, then figures, the appendix, and what the paper does not have. */
function order({ id, paper }: ReproducedTable): number {
  const number = Number(/\d+/.exec(id)?.[0] ?? 0);
  if (paper === null) return 300;
  return id.startsWith('table') ? number : id.startsWith('figure') ? 100 + number : 200;
}

/** Which experiments the tables need, and the runs that did them. */
class ReproductionPlan {
  private readonly planned = new Map<string, { experiment: PlannedExperiment; tables: Set<string> }>();
  private readonly runs: ReadonlyMap<string, RunDetail>;
  private readonly givens: Givens;
  private readonly seeds: number;

  constructor(workspace: Workspace, givens: Givens, seeds: number) {
    this.givens = givens;
    this.seeds = seeds;
    this.runs = earlierRuns(workspace, [givens.dataset, ...(givens.reviewDataset ? [givens.reviewDataset] : [])]);
  }

  tableOf(definition: TableDefinition): ReproducedTable {
    const { id, paper, title, columns, notes = [] } = definition;
    const rows = definition.rows.map((row) => this.rowOf(id, row, definition));
    if (definition.rows.some(({ variant }) => variant.task === 'next-item')) rows.push(...this.popularity(definition));
    const hasPapers = rows.some(({ cells }) => cells.some((one) => one.paper !== null));
    return {
      id,
      paper,
      title,
      columns: columns.map(({ key, label, format }) => ({ key, label, format })),
      rows,
      notes: [this.givens.size.difference, ...notes, ...(paper !== null && hasPapers ? [NOT_AT_HAND] : [])],
    };
  }

  texts(): ReproducedTable {
    const [personalised, unpersonalised] = [
      this.request(TEXTS_TABLE, { task: 'next-item' }, 1),
      this.request(TEXTS_TABLE, { task: 'next-item', kind: 'none' }, 1),
    ];
    const runOf = (key: string | null) => {
      const run = key === null ? undefined : this.runs.get(key);
      return run?.status === 'completed' ? run : null;
    };
    return textsTable({ personalised: runOf(personalised), unpersonalised: runOf(unpersonalised) }, [personalised!, unpersonalised!]);
  }

  experiments(): ReproductionExperiment[] {
    return [...this.planned].map(([key, { experiment, tables }]) => {
      const run = this.runs.get(key);
      const text = `${JSON.stringify(experiment.input, null, 2)}\n`;
      return { key, name: experiment.name, text, tables: [...tables], run: run ? { id: run.id, status: run.status } : null };
    });
  }

  private rowOf(table: string, row: RowDefinition, { columns }: TableDefinition): ReproducedTable['rows'][number] {
    const keys = Array.from({ length: this.seeds }, (_, at) => this.request(table, row.variant, at + 1));
    const experiments = keys.filter((key) => key !== null);
    const done = experiments.flatMap((key) => this.completed(key) ?? []);
    const isWhole = done.length === this.seeds;
    const cells = columns.map((column) => {
      const paper = row.paper?.[column.key] ?? null;
      if (!isWhole) return { ...cell(null, paper), state: 'gap' as const };
      const values = done.flatMap((run) => column.valueOf(run, row) ?? []);
      return values.length === 0 ? cell(null, paper) : aggregate(values, paper);
    });
    return { label: row.label, cells, experiments };
  }

  /** The popular titles for everyone: any finished run of next item measured them. */
  private popularity({ columns, rows }: TableDefinition): ReproducedTable['rows'] {
    if (!columns.some(({ key }) => key.startsWith('recall@'))) return [];
    const variants = rows.map(({ variant }) => variant).filter(({ task }) => task === 'next-item');
    const runs = variants.flatMap((variant) => this.completed(planVariant(variant, 1, this.givens)!.key) ?? []);
    const cells = columns.map(({ key }) => {
      const name = key === 'fused.hr@10' ? 'popularity.hr@10' : `popularity.${key}`;
      return cell(runs.flatMap((run) => run.metrics[name]?.value ?? [])[0] ?? null);
    });
    return [{ label: 'popularity (next item)', cells, experiments: [] }];
  }

  private completed(key: string): RunDetail | undefined {
    const run = this.runs.get(key);
    return run?.status === 'completed' ? run : undefined;
  }

  /** Notes that a table needs an experiment; null where there is no dataset for it. */
  private request(table: string, variant: Variant, seed: number): string | null {
    const experiment = planVariant(variant, seed, this.givens);
    if (!experiment) return null;
    const known = this.planned.get(experiment.key) ?? { experiment, tables: new Set() };
    this.planned.set(experiment.key, known);
    known.tables.add(table);
    return experiment.key;
  }
}

function aggregate(values: readonly (number | string)[], paper: ReproducedCell['paper']): ReproducedCell {
  if (values.some((value) => typeof value === 'string')) return cell(values[0]!, paper);
  const numbers = values as readonly number[];
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, numbers.length - 1);
  return { ...cell(mean, paper), deviation: numbers.length > 1 ? Math.sqrt(variance) : null };
}

async function countDatasets(workspace: Workspace, givens: Givens): Promise<ReproducedTable> {
  const experiments: Experiment[] = (['next-item', 'review'] as const).flatMap((task) => {
    const planned = planVariant({ task }, 1, givens);
    return planned ? [experimentSchema.parse(planned.input)] : [];
  });
  const counted = await Promise.all(
    experiments.map(async ({ dataset, data }) => {
      const reader = await openDatasetView(workspace.datasets, dataset, data);
      const trainingExamples = splitExamples(reader, { minHistory: 1 }).train.length;
      return { name: dataset, users: reader.summary.users, items: reader.titles.length, trainingExamples };
    }),
  );
  return datasetsTable(counted.filter(({ name }, at) => counted.findIndex((other) => other.name === name) === at));
}
