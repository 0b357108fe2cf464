import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, createBackend } from '../../src-main/backend/backend.ts';
import { viewFingerprint } from '../../src-main/data/views/datasetView.ts';
import { experimentSchema } from '../../src-shared/experiment.ts';
import { answer } from '../../src-shared/protocol.ts';
import { insertTinyDataset } from '../experiment/tinyDataset.ts';
import { newRun, temporaryWorkspace } from '../store/temporaryWorkspace.ts';
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
  return { workspace, launcher, backend, call };
}

const source = '{ "dataset": "tiny", "name": "mine" } // as written';

describe('the backend', () => {
  it('starts a run with everything that describes it', async () => {
    const { call, launcher, workspace } = create();
    const started = await call('runs.start', { text: source });
    expect(started).toMatchObject({ ok: true, value: { name: 'mine', status: 'running', datasetName: 'tiny' } });
    const run = workspace.runs.list()[0]!;
    expect(run.id).toMatch(/^[a-z0-9]+-[0-9a-f]{4}$/);
    const detail = workspace.runs.get(run.id);
    expect(detail.config).toEqual(experimentSchema.parse({ dataset: 'tiny', name: 'mine' }));
    expect(detail).toMatchObject({ source, environment: { userllm: '1.2.3', node: process.versions.node } });
    expect(detail.datasetFingerprint).toBe(workspace.datasets.get('tiny').fingerprint);
    expect(launcher.jobs[0]!.received).toEqual([{ workspacePath: workspace.path, runId: run.id }]);
  });

  it('refuses an experiment that is wrong, with its place, and creates nothing', async () => {
    const { call, workspace } = create();
    expect(await call('runs.start', { text: '{ "dataset": "tiny",\n "sed": 1 }' })).toMatchObject({
      ok: false,
      error: { code: 'experiment-invalid', message: 'experiment:2:2: unknown key "sed"; did you mean "seed"?' },
    });
    expect(await call('runs.start', { text: '{ "dataset": "tinny" }' })).toMatchObject({ ok: false, error: { code: 'dataset-not-found' } });
    expect(workspace.runs.list()).toEqual([]);
  });

  it('stores with a run the fingerprint of the data that takes part', async () => {
    const { call, workspace } = create();
    await call('runs.start', { text: '{ "dataset": "tiny", "data": { "sampleUsers": 5 } }' });
    const { datasetFingerprint, config } = workspace.runs.get(workspace.runs.list()[0]!.id);
    expect(datasetFingerprint).toBe(viewFingerprint(workspace.datasets.get('tiny').fingerprint, experimentSchema.parse(config).data));
    expect(datasetFingerprint).not.toBe(workspace.datasets.get('tiny').fingerprint);
  });

  it.each([
    ['{ "sampleUsers": 5 }', null, { users: 5 }],
    ['{ "minEventsPerUser": 6,\n "minEventsPerItem": 2 }', null, { users: 14 }],
    ['{ "minEventsPerUser": 99 }', { line: 2, message: expect.stringContaining('got none; loosen minEventsPerUser') }, null],
    ['{ "until": "2001-09-09T01:46:41Z" }', { line: 2, message: expect.stringContaining('at least 4 events, got 1 at most') }, null],
    ['{ "from": "2030-01-01" }', { line: 2, message: expect.stringContaining('got none; loosen from') }, null],
    ['{ "from": "yesterday" }', { line: 2, message: expect.stringContaining('expected a date such as') }, null],
  ])('plans with the view that the data section chooses, or marks what leaves nothing: %s', async (data, problem, planned) => {
    const { backend } = create();
    const { problems, plan } = await backend.api['experiments.validate']({ text: `{ "dataset": "tiny",\n "data": ${data} }` });
    if (problem) expect(problems[0]).toMatchObject(problem);
    else expect(problems).toEqual([]);
    if (planned) expect(plan!.data).toMatchObject({ ...planned, dataset: { users: 14 } });
    else expect(plan).toBeNull();
  });

  it('lets an encoder read what the dataset has, unless the file says otherwise', async () => {
    const { call, backend, workspace } = create();
    insertTinyDataset(workspace, { name: 'ids', genres: [] });
    expect(await backend.api['experiments.validate']({ text: '{ "dataset": "ids" }' })).toMatchObject({ problems: [] });
    await call('runs.start', { text: '{ "dataset": "ids" }' });
    expect(workspace.runs.get(workspace.runs.list()[0]!.id).config).toMatchObject({ encoder: { features: ['title', 'rating'] } });
    const { problems } = await backend.api['experiments.validate']({
      text: '{ "dataset": "ids",\n "encoder": { "features": ["title", "genre"] } }',
    });
    expect(problems).toMatchObject([
      {
        path: 'encoder.features',
        line: 2,
        message: 'encoder.features: expected features of "ids" (title, rating), got genre; write ["title"]',
      },
    ]);
  });

  it('asks for categories where the favourite one is the task, and warns where there is only one', async () => {
    const { call, backend, workspace } = create();
    insertTinyDataset(workspace, { name: 'ids', genres: [] });
    insertTinyDataset(workspace, { name: 'alike', genres: ['Drama'] });
    const asked = (dataset: string) => `{ "dataset": "${dataset}",\n "task": "favourite-genre" }`;
    const none = await backend.api['experiments.validate']({ text: asked('ids') });
    expect(none).toMatchObject({ problems: [{ severity: 'error', path: 'task', line: 2 }], plan: null });
    expect(none.problems[0]!.message).toMatch(/^task: expected a dataset whose items have genres or categories .* got "ids"/);
    expect(await call('runs.start', { text: asked('ids') })).toMatchObject({ ok: false, error: { code: 'experiment-invalid' } });
    const one = await backend.api['experiments.validate']({ text: asked('alike') });
    expect(one.problems).toMatchObject([{ severity: 'warning', path: 'task', line: 2 }]);
    expect(one.plan).not.toBeNull();
    expect((await backend.api['experiments.validate']({ text: asked('tiny') })).problems).toEqual([]);
  });

  it('protects what a run is using', async () => {
    const { call, workspace } = create();
    await call('runs.start', { text: source });
    const runId = workspace.runs.list()[0]!.id;
    expect(await call('datasets.delete', { name: 'tiny' })).toMatchObject({ ok: false, error: { code: 'dataset-in-use' } });
    expect(await call('runs.delete', { runId })).toEqual({
      ok: false,
      error: { code: 'input-invalid', message: `run "${runId}" is running; stop it before deleting it` },
    });
  });

  it('resumes a run that ended early and refuses one that is completed', async () => {
    const { call, workspace, launcher } = create();
    workspace.runs.create(newRun({ id: 'run-0001' }));
    workspace.runs.setStatus('run-0001', 'interrupted', 'killed');
    expect(await call('runs.resume', { runId: 'run-0001' })).toMatchObject({ ok: true, value: { status: 'running', reason: null } });
    workspace.runs.setStatus('run-0001', 'completed');
    launcher.jobs[0]!.exit();
    expect(await call('runs.resume', { runId: 'run-0001' })).toMatchObject({
      ok: false,
      error: {
        code: 'run-not-resumable',
        message: 'run "first" (run-0001) is completed; only a stopped, interrupted or failed run can be resumed',
      },
    });
  });

  it('marks runs that a dead program left as interrupted when it starts', async () => {
    const { workspace, launcher } = create();
    workspace.runs.create(newRun({ id: 'run-0001' }));
    workspace.runs.setStatus('run-0001', 'running');
    workspace.runs.claim('run-0001', 2 ** 22 + 5);
    opened.push({ backend: createBackend({ workspace, launcher, version: '1' }), launcher });
    expect(workspace.runs.summary('run-0001')).toMatchObject({
      status: 'interrupted',
      reason: 'the program that executed it ended; resume it to go on',
    });
  });

  it('suggests experiments without problems, and says what they would do', async () => {
    const { call, backend } = create();
    for (const integration of ['cross-attention', 'text-prompt', 'none']) {
      const created = await call('experiments.create', { dataset: 'tiny', integration });
      expect(created).toMatchObject({ ok: true, value: { name: `tiny-${integration}` } });
    }
    for (const { path } of await backend.api['experiments.list']({})) {
      const { text } = await backend.api['experiments.read']({ path });
      const { problems, plan } = await backend.api['experiments.validate']({ text });
      expect(problems).toEqual([]);
      expect(plan!.stages.at(-1)!.name).toBe('evaluate');
    }
  });

  it('fails requests for text when the process that writes it dies, and starts another', async () => {
    const { call, launcher } = create();
    const request = { runId: 'run-0001', userId: null };
    const lost = call('runs.generate', request);
    await Promise.resolve();
    launcher.jobs[0]!.exit({ code: null, signal: 'SIGSEGV' });
    expect(await lost).toEqual({ ok: false, error: { code: 'job-failed', message: 'generate: the job was ended by signal SIGSEGV' } });
    const second = call('runs.generate', request);
    await Promise.resolve();
    const value = { prompt: 'Next title:', candidates: [{ text: 'Heat (1995)', score: -1, inCatalogue: true }] };
    launcher.jobs[1]!.say({ type: 'answer', id: 2, result: { ok: true, value } });
    expect(await second).toEqual({ ok: true, value });
  });

  it('announces a text as it grows, and passes on that it is to end', async () => {
    const { call, launcher, backend } = create();
    const seen: unknown[] = [];
    backend.events.subscribe(null, 0, (message) => message.type === 'event' && seen.push(message.event));
    const answer = call('models.generate', { name: 'little', prompt: 'Once', generationId: 'mine' });
    await Promise.resolve();
    const [job] = launcher.jobs;
    job!.say({ type: 'text', id: 1, text: ' upon' });
    await call('models.stopGeneration', { generationId: 'mine' });
    await call('models.stopGeneration', { generationId: 'unknown' });
    expect(job!.received.slice(1)).toEqual([{ type: 'cancel', id: 1 }]);
    expect(seen).toEqual([{ name: 'generation.text', payload: { generationId: 'mine', text: ' upon' } }]);
    const value = { prompt: 'Once', text: ' upon', promptTokens: 1, tokens: 1, ended: 'cancelled', firstTokenMs: 1, tokensPerSecond: null };
    job!.say({ type: 'answer', id: 1, result: { ok: true, value } });
    expect(await answer).toEqual({ ok: true, value });
  });

  it('does not forget a language model that an unfinished run uses', async () => {
    const { call, workspace } = create();
    const model = {
      path: '/little',
      architecture: 'Llama',
      parameters: 1,
      types: ['F32'],
      maxPositions: 8,
      vocabularySize: 8,
      hasChatTemplate: false,
    };
    workspace.models.add({ ...model, name: 'little', licenseFile: null, sizeBytes: 1, fingerprint: 'a', addedAtMs: 1 });
    workspace.runs.create(newRun({ id: 'run-0001', config: { ...newRun().config, languageModel: 'little' } }));
    expect(await call('models.remove', { name: 'little' })).toMatchObject({ ok: false, error: { code: 'model-in-use' } });
    workspace.runs.setStatus('run-0001', 'failed');
    expect(await call('models.remove', { name: 'little' })).toMatchObject({ ok: true });
    expect(await call('models.list', {})).toEqual({ ok: true, value: [] });
  });
});
