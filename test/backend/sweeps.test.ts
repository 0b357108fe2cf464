import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, createBackend } from '../../src-main/backend/backend.ts';
import { answer } from '../../src-shared/protocol.ts';
import type { RunSummary } from '../../src-shared/run.ts';
import { insertTinyDataset } from '../experiment/tinyDataset.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { LauncherDouble } from './launcherDouble.ts';

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
  const launcher = new LauncherDouble();
  const backend = createBackend({ workspace, launcher, version: '1.2.3' });
  opened.push({ backend, launcher });
  const call = (method: Parameters<typeof answer>[1], input: unknown = {}) => answer(backend.api, method, input);
  return { workspace, call };
}

const SWEEP = { dataset: 'tiny', name: 'mine', sweep: { seed: [1, 2, 3] } };
const text = JSON.stringify(SWEEP);

describe('a sweep in the backend', () => {
  it('is previewed with its runs, what differs and what is shared', async () => {
    const { call } = create();
    const seeds = { ...SWEEP, sweep: { 'training.steps': [1, 2], strategy: ['full', 'enc'] } };
    expect(await call('experiments.validate', { text: JSON.stringify(seeds) })).toMatchObject({
      ok: true,
      value: {
        problems: [],
        plan: { stages: expect.any(Array) },
        sweep: {
          runs: [{ label: 'training.steps=1, strategy=full' }, {}, {}, { name: 'mine (training.steps=2, strategy=enc)' }],
          varied: [
            { path: 'training.steps', values: ['1', '2'] },
            { path: 'strategy', values: ['full', 'enc'] },
          ],
          pretraining: [
            { stage: 'pretrain-encoder', runs: 4, trainings: 1 },
            { stage: 'pretrain-language-model', runs: 4, trainings: 1 },
          ],
        },
      },
    });
    expect(await call('experiments.validate', { text: '{ "dataset": "tiny" }' })).toMatchObject({ value: { sweep: null } });
  });

  it('starts every run with the name of the sweep, and again only those that were not done', async () => {
    const { call, workspace } = create();
    const first = (await call('sweeps.start', { text })) as { value: RunSummary[] };
    expect(first.value.map(({ name, status }) => [name, status])).toEqual([
      ['mine (seed=1)', 'running'],
      ['mine (seed=2)', 'queued'],
      ['mine (seed=3)', 'queued'],
    ]);
    for (const { id } of first.value) expect(workspace.runs.get(id)).toMatchObject({ environment: { sweep: 'mine' } });
    const again = (await call('sweeps.start', { text })) as { value: RunSummary[] };
    expect(again.value.map(({ id }) => id)).toEqual(first.value.map(({ id }) => id));
    workspace.runs.setStatus(first.value[0]!.id, 'completed');
    const more = JSON.stringify({ ...SWEEP, sweep: { seed: [1, 4] } });
    expect(await call('sweeps.plan', { text: more })).toMatchObject({
      value: { name: 'mine', runs: [{ run: { id: first.value[0]!.id, status: 'completed' } }, { run: null }] },
    });
  });

  it('starts nothing when one of its runs cannot be, and says which', async () => {
    const { call, workspace } = create();
    const wrong = JSON.stringify({ ...SWEEP, sweep: { dataset: ['tiny', 'tinny'] } });
    const refused = await call('sweeps.start', { text: wrong });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'dataset-not-found', message: expect.stringMatching(/^mine \(dataset=tinny\): /) },
    });
    expect(await call('runs.start', { text })).toMatchObject({ ok: false, error: { code: 'experiment-invalid' } });
    expect(workspace.runs.list()).toEqual([]);
  });
});
