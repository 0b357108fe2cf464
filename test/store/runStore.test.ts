import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDetailSchema, runSummarySchema } from '../../src-shared/run.ts';
import { errorOf, newRun, stage, temporaryWorkspace } from './temporaryWorkspace.ts';

function storeWithRun(values: Parameters<typeof newRun>[0] = {}) {
  const workspace = temporaryWorkspace();
  workspace.runs.create(newRun(values));
  return workspace;
}

function writeFile(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'weights');
  return path;
}

describe('runs', () => {
  it('come back as they were created, queued and in the form of the contract', () => {
    const { runs } = storeWithRun();
    const run = runs.get('run-0001');
    expect(runDetailSchema.parse(run)).toEqual(run);
    expect(run).toMatchObject({
      name: 'first',
      status: 'queued',
      task: 'next-item',
      datasetName: 'films',
      startedAtMs: null,
      parameters: null,
    });
    expect(run.config).toMatchObject({ dataset: 'films', seed: 1 });
    expect(run.source).toBe('{ "dataset": "films" }');
    expect(run.environment).toEqual({ node: '24' });
    expect(run.stages.map((s) => s.name)).toEqual(['pretrain-encoder', 'finetune', 'evaluate']);
  });

  it('are listed newest first', () => {
    const { runs } = storeWithRun({ id: 'run-0001' });
    runs.create(newRun({ id: 'run-0002' }));
    expect(runs.list().map((run) => run.id)).toEqual(['run-0002', 'run-0001']);
    expect(runSummarySchema.array().parse(runs.list())).toEqual(runs.list());
    expect(runs.list()).toEqual(['run-0002', 'run-0001'].map((id) => runs.summary(id)));
  });

  it('tell what they were made from without their results', () => {
    const { runs } = storeWithRun();
    const { id, status, datasetName, datasetFingerprint, config, environment } = runs.get('run-0001');
    expect(runs.descriptions()).toEqual([{ id, status, datasetName, datasetFingerprint, config, environment }]);
  });

  it('say so when there is none of that id', () => {
    const { runs } = temporaryWorkspace();
    const expected = {
      code: 'run-not-found',
      message: 'run "nope": there is no such run in this workspace; list the runs to see their ids',
    };
    for (const action of [
      () => runs.get('nope'),
      () => runs.summary('nope'),
      () => runs.delete('nope'),
      () => runs.setStatus('nope', 'running'),
      () => runs.claim('nope', 1),
      () => runs.ownerPid('nope'),
      () => runs.setResult('nope', {}),
    ]) {
      expect(errorOf(action)).toEqual(expected);
    }
  });

  it('note when they start for the first time and when they end, and lose their owner at the end', () => {
    const { runs } = storeWithRun();
    runs.claim('run-0001', 4711);
    runs.setStatus('run-0001', 'running');
    const started = runs.get('run-0001').startedAtMs;
    expect(started).toBeTypeOf('number');
    expect(runs.ownerPid('run-0001')).toBe(4711);
    runs.setStatus('run-0001', 'interrupted', 'killed by signal SIGKILL');
    expect(runs.get('run-0001')).toMatchObject({ status: 'interrupted', reason: 'killed by signal SIGKILL', startedAtMs: started });
    expect(runs.get('run-0001').finishedAtMs).toBeTypeOf('number');
    expect(runs.ownerPid('run-0001')).toBeNull();
    runs.setStatus('run-0001', 'running');
    expect(runs.get('run-0001')).toMatchObject({ status: 'running', reason: null, startedAtMs: started, finishedAtMs: null });
  });

  it('change one stage without touching its other values', () => {
    const { runs } = storeWithRun();
    runs.setStage('run-0001', { name: 'finetune', status: 'running', stepsDone: 7 });
    runs.setStage('run-0001', { name: 'finetune', seconds: 2.5 });
    expect(runs.get('run-0001').stages[1]).toEqual(stage('finetune', { status: 'running', stepsDone: 7, seconds: 2.5 }));
    expect(() => runs.setStage('run-0001', { name: 'pretrain-language-model' })).toThrow('it has no stage "pretrain-language-model"');
  });

  it('merge metrics by name and replace the rest of a result', () => {
    const { runs } = storeWithRun();
    const value = (n: number) => ({ value: n, n: 10, low: n, high: n });
    const sample = { userId: 1, prompt: 'p', target: 't', predictions: [] };
    runs.setResult('run-0001', { metrics: { 'recall@1': value(0.1), testLoss: value(2) }, samples: [sample, sample] });
    runs.setResult('run-0001', { metrics: { 'recall@1': value(0.2) }, gates: [{ layer: 0, value: 0.3 }], samples: [sample] });
    const run = runs.get('run-0001');
    expect(run.metrics).toEqual({ 'recall@1': value(0.2), testLoss: value(2) });
    expect(run.gates).toEqual([{ layer: 0, value: 0.3 }]);
    expect(run.samples).toEqual([sample]);
    expect(runDetailSchema.parse(run)).toEqual(run);
  });

  it('keep their log in the order of writing', () => {
    const { runs } = storeWithRun();
    runs.appendLog('run-0001', 5, 'info', 'started');
    runs.appendLog('run-0001', 5, 'warning', 'slow');
    expect(runs.log('run-0001')).toEqual([
      { atMs: 5, level: 'info', text: 'started' },
      { atMs: 5, level: 'warning', text: 'slow' },
    ]);
  });
});

describe('checkpoints', () => {
  it('are found by stage, the latest first, wherever the workspace lies', () => {
    const { runs, blobsPath, database } = storeWithRun();
    const path = join(runs.folder('run-0001'), 'finetune-20.safetensors');
    runs.addCheckpoint('run-0001', { stage: 'finetune', step: 100, path: join(blobsPath, 'a'), sizeBytes: 1 });
    runs.addCheckpoint('run-0001', { stage: 'finetune', step: 20, path, sizeBytes: 1 });
    runs.addCheckpoint('run-0001', { stage: 'finetune', step: 110, path, sizeBytes: 9 });
    expect(runs.latestCheckpoint('run-0001', 'finetune')).toEqual({ step: 110, path });
    expect(runs.latestCheckpoint('run-0001', 'evaluate')).toBeNull();
    expect(database.prepare('SELECT path FROM checkpoints WHERE step = 110').pluck().get()).toBe('runs/run-0001/finetune-20.safetensors');
    expect(runs.get('run-0001').checkpoints.at(-1)).toMatchObject({ stage: 'finetune', step: 110, sizeBytes: 9 });
  });

  it('are pruned to the latest few, files included', () => {
    const { runs } = storeWithRun();
    const paths = [10, 20, 30].map((step) => writeFile(join(runs.folder('run-0001'), `finetune-${step}`)));
    paths.forEach((path, index) => {
      runs.addCheckpoint('run-0001', { stage: 'finetune', step: (index + 1) * 10, path, sizeBytes: 7 });
    });
    runs.pruneCheckpoints('run-0001', 'finetune', 2);
    expect(paths.map((path) => existsSync(path))).toEqual([false, true, true]);
    expect(runs.get('run-0001').checkpoints.map((c) => c.step)).toEqual([20, 30]);
  });

  it('go with their run, except those that another run names too', () => {
    const { runs, blobsPath } = storeWithRun();
    runs.create(newRun({ id: 'run-0002' }));
    const shared = writeFile(join(blobsPath, 'stages', 'encoder'));
    const own = writeFile(join(runs.folder('run-0001'), 'finetune-10'));
    for (const id of ['run-0001', 'run-0002']) runs.addCheckpoint(id, { stage: 'pretrain-encoder', step: 5, path: shared, sizeBytes: 7 });
    runs.addCheckpoint('run-0001', { stage: 'finetune', step: 10, path: own, sizeBytes: 7 });
    runs.delete('run-0001');
    expect([existsSync(shared), existsSync(runs.folder('run-0001'))]).toEqual([true, false]);
    runs.delete('run-0002');
    expect(existsSync(shared)).toBe(false);
  });

  it('leave no rows behind when their run is deleted', () => {
    const { runs, database } = storeWithRun();
    runs.appendMetrics('run-0001', [{ stage: 'finetune', step: 1, name: 'loss', value: 1 }]);
    runs.appendLog('run-0001', 1, 'info', 'x');
    runs.rewind('run-0001', 'finetune', 1);
    runs.delete('run-0001');
    for (const table of ['runs', 'stages', 'curves', 'points', 'pointBlocks', 'logs', 'resumes', 'checkpoints']) {
      expect([table, database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([table, 0]);
    }
  });
});
