import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Estimates } from '../../src-main/backend/estimates.ts';
import { encoderStageHash } from '../../src-main/experiment/pretraining.ts';
import type { Rates } from '../../src-main/experiment/rehearsal/rates.ts';
import { encoderShape } from '../../src-main/experiment/shapes.ts';
import { insertTinyDataset, tinyExperiment } from '../experiment/tinyDataset.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { createContextDouble } from './launcherDouble.ts';

const training = { step: 1, once: 0, validation: 0, checkpoint: 0, memoryBytes: 100 };
const rates: Rates = {
  preparation: 0,
  summary: 0,
  'pretrain-encoder': training,
  'pretrain-language-model': training,
  finetune: training,
  evaluate: { batch: 1, once: 0, memoryBytes: 200 },
  engine: { name: 'reference', provider: 'cpu' },
  tokenizer: { hash: 'abc', vocabularySize: 300 },
  measuredAtMs: 1,
};

const textOf = (overrides: Parameters<typeof tinyExperiment>[0] = {}) => JSON.stringify(tinyExperiment(overrides));

function create({ busy = false } = {}) {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
  const { context, launcher, events } = createContextDouble(workspace);
  return { workspace, launcher, events, estimates: new Estimates(context, () => busy) };
}

/** The job of a measurement that has begun. */
async function begin({ estimates, launcher }: ReturnType<typeof create>, text = textOf()) {
  const before = launcher.jobs.length;
  const measured = estimates.measure(text);
  measured.catch(() => undefined);
  await expect.poll(() => launcher.jobs.length).toBe(before + 1);
  return { measured, job: launcher.jobs.at(-1)! };
}

describe('an estimate', () => {
  it('is not known before it was measured, and then is', async () => {
    const created = create();
    const { estimates, workspace } = created;
    expect(await estimates.status(textOf())).toMatchObject({ estimate: null, measuring: false, onRequest: null });
    const { measured, job } = await begin(created);
    expect(await estimates.status(textOf())).toMatchObject({ estimate: null, measuring: true });
    expect(job.kind).toBe('rehearsal');
    expect(job.received).toEqual([{ workspacePath: workspace.path, experiment: tinyExperiment() }]);
    job.say({ type: 'done', rates });
    expect((await measured).estimate).toMatchObject({ memoryBytes: 200, measuredAtMs: 1 });
    expect(await estimates.status(textOf())).toMatchObject({ measuring: false });
  });

  it('of other numbers of steps needs no other measurement', async () => {
    const created = create();
    const { measured, job } = await begin(created, textOf({ training: { steps: 10, batchSize: 4 } }));
    job.say({ type: 'done', rates });
    await measured;
    const { estimate } = await created.estimates.status(textOf({ training: { steps: 500, batchSize: 4 } }));
    expect(estimate!.stages.find(({ name }) => name === 'finetune')!.seconds).toBe(500);
  });

  it('counts nothing for an encoder that an earlier run has trained', async () => {
    const created = create();
    const { workspace, estimates } = created;
    const { measured, job } = await begin(created);
    job.say({ type: 'done', rates });
    expect((await measured).estimate!.stages[0]).toMatchObject({ name: 'pretrain-encoder', seconds: 8, reused: false });
    const experiment = tinyExperiment();
    const reader = workspace.datasets.open('tiny');
    const between = { engine: rates.engine, experiment, run: { datasetFingerprint: reader.summary.fingerprint } };
    const stage = join(workspace.blobsPath, 'stages', `${encoderStageHash(between, encoderShape(experiment, reader))}.safetensors`);
    mkdirSync(dirname(stage), { recursive: true });
    writeFileSync(stage, '');
    expect((await estimates.status(textOf())).estimate!.stages[0]).toMatchObject({ seconds: 0, reused: true });
  });

  it('of a file with errors is none', async () => {
    expect(await create().estimates.status('{ "dataset": ')).toMatchObject({ estimate: null, key: null });
  });

  it('waits to be asked for while a run is going on, and where measuring takes long', async () => {
    expect(await create({ busy: true }).estimates.status(textOf())).toMatchObject({ onRequest: 'busy' });
    const large = textOf({ languageModel: { dModel: 2048, numLayers: 24, numHeads: 2, vocabularySize: 300 } });
    expect(await create().estimates.status(large)).toMatchObject({ onRequest: 'expensive' });
  });
});

describe('a measurement', () => {
  it('serves everyone who asks for the same one', async () => {
    const created = create();
    const { measured, job } = await begin(created);
    const second = created.estimates.measure(textOf({ training: { steps: 90, batchSize: 4 } }));
    await expect.poll(() => created.launcher.jobs.length).toBe(1);
    job.say({ type: 'done', rates });
    expect((await measured).key).toBe((await second).key);
  });

  it('tells the stage that it came to, and its end', async () => {
    const created = create();
    const { measured, job } = await begin(created);
    job.say({ type: 'stage', name: 'finetune' });
    job.say({ type: 'done', rates });
    const { key } = await measured;
    expect(created.events.filter(({ name }) => name === 'estimate.progress')).toEqual([
      { name: 'estimate.progress', payload: { key, stage: 'finetune' } },
      { name: 'estimate.progress', payload: { key, stage: null } },
    ]);
  });

  it('ends when it is cancelled, or when another one begins', async () => {
    const created = create();
    const first = await begin(created);
    const second = await begin(created, textOf({ encoder: { dModel: 16, numLayers: 1, numHeads: 2 } }));
    await expect(first.measured).rejects.toMatchObject({ code: 'cancelled' });
    expect(first.job.killed).toBe(true);
    const { key } = await created.estimates.status(textOf({ encoder: { dModel: 16, numLayers: 1, numHeads: 2 } }));
    created.estimates.cancel('another key');
    expect(second.job.killed).toBe(false);
    created.estimates.cancel(key!);
    await expect(second.measured).rejects.toMatchObject({ code: 'cancelled' });
    expect(second.job.killed).toBe(true);
  });

  it('fails with the reason when its process dies, and with what the run would fail with', async () => {
    const created = create();
    const first = await begin(created);
    first.job.exit({ code: null, signal: 'SIGKILL' });
    await expect(first.measured).rejects.toMatchObject({ code: 'job-failed', message: /was killed/ });
    const second = await begin(created);
    second.job.say({ type: 'failed', error: { code: 'engine-unavailable', message: 'no such engine' } });
    await expect(second.measured).rejects.toMatchObject({ code: 'engine-unavailable', message: 'no such engine' });
  });
});
