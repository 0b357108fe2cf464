import { describe, expect, it } from 'vitest';
import { viewFingerprint } from '../../src-main/data/views/datasetView.ts';
import { initialStages } from '../../src-main/experiment/stages.ts';
import { reproduce } from '../../src-main/reproduction/reproduce.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { experimentSchema } from '../../src-shared/experiment.ts';
import { type Reproduction, type ReproductionSize, reproductionRequestSchema } from '../../src-shared/reproduction.ts';
import type { MetricValue } from '../../src-shared/run.ts';
import { insertTinyDataset } from '../experiment/tinyDataset.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';

const request = reproductionRequestSchema.parse({ dataset: 'tiny', reviewDataset: 'reviews' });

function createWorkspace(): Workspace {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
  insertTinyDataset(workspace, { name: 'reviews', reviews: true });
  return workspace;
}

const value = (mean: number): MetricValue => ({ value: mean, n: 14, low: mean, high: mean });

/** A run of what an experiment of the reproduction says, as if it had been done. */
function pretend(workspace: Workspace, text: string, id: string, metrics: Record<string, number>): void {
  const config = experimentSchema.parse(JSON.parse(text));
  const { fingerprint } = workspace.datasets.get(config.dataset);
  workspace.runs.create({
    id,
    name: config.name,
    datasetName: config.dataset,
    config,
    source: text,
    datasetFingerprint: viewFingerprint(fingerprint, config.data),
    environment: {},
    stages: initialStages(config, 14),
  });
  const values = Object.fromEntries(Object.entries(metrics).map(([name, mean]) => [name, value(mean)]));
  workspace.runs.setResult(id, { metrics: values, parameters: null, efficiency: [], gates: [], samples: [] });
  workspace.runs.setStatus(id, 'completed');
}

function rowOf({ tables }: Reproduction, id: string, label: string) {
  const table = tables.find((each) => each.id === id)!;
  return { table, row: table.rows.find((each) => each.label === label)! };
}

describe('a reproduction', () => {
  it.each<ReproductionSize>(['smoke', 'small', 'paper'])(
    'has every table and figure of the paper at the size %s, with experiments that are valid',
    async (size) => {
      const { tables, experiments } = await reproduce(createWorkspace(), { ...request, size });
      const ofPaper = tables.filter(({ paper }) => paper !== null).map(({ paper }) => paper);
      const numbered = Array.from({ length: 12 }, (_, at) => `Table ${at + 1}`);
      expect(ofPaper).toEqual([...numbered, 'Figure 3', 'Figure 4', 'Appendix F']);
      for (const { text, run } of experiments) {
        expect(experimentSchema.safeParse(JSON.parse(text)).error).toBeUndefined();
        expect(run).toBeNull();
      }
      const cells = tables.flatMap(({ columns, rows }) => rows.map((row) => row.cells.length - columns.length));
      expect(new Set(cells)).toEqual(new Set([0]));
    },
  );

  it('shares one experiment among all tables that need it', async () => {
    const { experiments } = await reproduce(createWorkspace(), request);
    const usual = experiments.filter(({ name }) => name === 'cross-attention, next-item (smoke, seed 1)');
    expect(usual).toHaveLength(1);
    expect(usual[0]!.tables).toEqual(expect.arrayContaining(['table-2', 'table-3', 'table-9', 'figure-4', 'ablations', 'retention']));
  });

  it('shows the values of finished runs, whatever they are called, and gaps for the others', async () => {
    const workspace = createWorkspace();
    const { experiments } = await reproduce(workspace, request);
    const { text } = experiments.find(({ name }) => name === 'cross-attention, next-item (smoke, seed 1)')!;
    pretend(workspace, JSON.stringify({ ...JSON.parse(text), name: 'mine' }), 'run-0001', { 'recall@5': 0.2, 'popularity.recall@5': 0.1 });
    const after = await reproduce(workspace, request);
    const { table, row } = rowOf(after, 'table-2', 'next item: User-LLM');
    const at = table.columns.findIndex(({ key }) => key === 'recall@5');
    expect(row.cells[at]).toEqual({ value: 0.2, deviation: null, state: 'done', paper: 0.154 });
    expect(row.cells[table.columns.findIndex(({ key }) => key === 'rougeLsum')]!.state).toBe('none');
    expect(rowOf(after, 'table-2', 'next item: text prompt').row.cells[at]!.state).toBe('gap');
    expect(rowOf(after, 'table-2', 'popularity (next item)').row.cells[at]!.value).toBe(0.1);
    expect(after.experiments.find(({ run }) => run !== null)!.run).toEqual({ id: 'run-0001', status: 'completed' });
  });

  it('takes no run on other data, and none with another seed', async () => {
    const workspace = createWorkspace();
    const { experiments } = await reproduce(workspace, request);
    const input = JSON.parse(experiments[0]!.text);
    pretend(workspace, JSON.stringify({ ...input, data: { minRating: 3 } }), 'run-0001', { 'recall@5': 0.2 });
    pretend(workspace, JSON.stringify({ ...input, seed: 2 }), 'run-0002', { 'recall@5': 0.2 });
    expect((await reproduce(workspace, request)).experiments.every(({ run }) => run === null)).toBe(true);
  });

  it('takes mean and deviation over seeds, once all of them are there', async () => {
    const workspace = createWorkspace();
    const seeds = { ...request, seeds: 2 };
    const { experiments } = await reproduce(workspace, seeds);
    const both = experiments.filter(({ name }) => name.startsWith('none, next-item ('));
    expect(both).toHaveLength(2);
    pretend(workspace, both[0]!.text, 'run-0001', { 'recall@5': 0.1 });
    expect(rowOf(await reproduce(workspace, seeds), 'figure-3', 'no user').row.cells.every(({ state }) => state === 'gap')).toBe(true);
    pretend(workspace, both[1]!.text, 'run-0002', { 'recall@5': 0.3 });
    const { table, row } = rowOf(await reproduce(workspace, seeds), 'figure-3', 'no user');
    const cell = row.cells[table.columns.findIndex(({ key }) => key === 'recall@5')]!;
    expect(cell.value).toBeCloseTo(0.2, 12);
    expect(cell.deviation).toBeCloseTo(Math.SQRT2 / 10, 12);
  });

  it('leaves the rows of reviews as gaps without a dataset for them, and asks for no run', async () => {
    const { tables, experiments } = await reproduce(createWorkspace(), { ...request, reviewDataset: null });
    expect(experiments.some(({ name }) => name.includes('review'))).toBe(false);
    const review = tables.find(({ id }) => id === 'table-2')!.rows.find(({ label }) => label === 'review: User-LLM')!;
    expect(review.cells.every(({ state }) => state === 'gap')).toBe(true);
    await expect(reproduce(createWorkspace(), { ...request, dataset: 'tinny' })).rejects.toMatchObject({ code: 'dataset-not-found' });
  });

  it('leaves the rows of favourite categories as gaps where items have none', async () => {
    const workspace = createWorkspace();
    insertTinyDataset(workspace, { name: 'ids', genres: [] });
    const { tables, experiments } = await reproduce(workspace, { ...request, dataset: 'ids' });
    expect(experiments.some(({ name }) => name.includes('favourite-genre'))).toBe(false);
    const favourite = tables.find(({ id }) => id === 'table-2')!.rows.find(({ label }) => label === 'favourite category: User-LLM')!;
    expect(favourite.cells.every(({ state }) => state === 'gap')).toBe(true);
  });
});
