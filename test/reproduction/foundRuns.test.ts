import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, createBackend } from '../../src-main/backend/backend.ts';
import { answer } from '../../src-shared/protocol.ts';
import type { Reproduction } from '../../src-shared/reproduction.ts';
import { LauncherDouble } from '../backend/launcherDouble.ts';
import { insertTinyDataset } from '../experiment/tinyDataset.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';

const opened: { backend: Backend; launcher: LauncherDouble }[] = [];
afterEach(async () => {
  for (const { backend, launcher } of opened.splice(0)) {
    const closed = backend.close();
    for (const job of launcher.jobs) job.exit();
    await closed;
  }
});

function create() {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
  insertTinyDataset(workspace, { name: 'reviews', reviews: true, genres: [] });
  const launcher = new LauncherDouble();
  const backend = createBackend({ workspace, launcher, version: '1.2.3' });
  opened.push({ backend, launcher });
  const report = async (more = {}) => {
    const answered = await answer(backend.api, 'reproduction.report', { dataset: 'tiny', reviewDataset: 'reviews', ...more });
    return (answered as { value: Reproduction }).value;
  };
  return { workspace, backend, report };
}

const METRICS = ['recall@1', 'recall@5', 'recall@10', 'accuracy', 'rougeLsum', 'fused.hr@10'];
const measured = Object.fromEntries(METRICS.map((name) => [name, { value: 0.25, n: 6, low: 0.2, high: 0.3 }]));
const sample = { userId: 1, prompt: 'Next title:', target: 'Film A', predictions: [{ text: 'Film B', score: -1, inCatalogue: true }] };

describe('the experiments of a reproduction', () => {
  it('are started where they are missing, once', async () => {
    const { report, backend } = create();
    const { request, experiments } = await report();
    const keys = experiments.slice(0, 2).map(({ key }) => key);
    const started = await backend.api['reproduction.start']({ request, keys });
    expect(started.map(({ name }) => name)).toEqual(experiments.slice(0, 2).map(({ name }) => name));
    const again = await backend.api['reproduction.start']({ request, keys });
    expect(again.map(({ id }) => id)).toEqual(started.map(({ id }) => id));
    expect((await report()).experiments.filter(({ run }) => run).map(({ key }) => key)).toEqual(keys);
  });

  it('leave no gap when all were run, and each run is found as the experiment that it was started as, with review data that has no categories, too', async () => {
    const { report, backend, workspace } = create();
    const { experiments } = await report();
    expect(experiments.filter(({ run }) => run !== null)).toEqual([]);
    for (const { text } of experiments) {
      const { id } = await backend.api['runs.start']({ text });
      workspace.runs.setResult(id, { metrics: measured, samples: [sample] });
      workspace.runs.setStatus(id, 'completed');
    }
    const after = await report();
    expect(after.experiments.filter(({ run }) => run?.status !== 'completed').map(({ name }) => name)).toEqual([]);
    const gaps = after.tables.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.filter(({ state }) => state === 'gap')));
    expect(gaps).toEqual([]);
    const table2 = after.tables.find(({ id }) => id === 'table-2')!;
    const at = table2.columns.findIndex(({ key }) => key === 'recall@5');
    const paper = table2.rows.map(({ cells }) => cells[at]!).find((cell) => cell.paper !== null);
    expect(paper).toMatchObject({ state: 'done', value: 0.25, paper: 0.154 });
  });
});
