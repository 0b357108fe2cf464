import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, createBackend } from '../../src-main/backend/backend.ts';
import { createForkLauncher } from '../../src-main/backend/forkLauncher.ts';
import { writeSampleDataset } from '../../src-main/data/sample/writeSample.ts';
import { createLocalPorts } from '../../src-main/hosts/localPort.ts';
import type { BackendEvent } from '../../src-shared/contract.ts';
import { RpcClient, serveRpc } from '../../src-shared/protocol.ts';
import { insertTinyDataset, tinyExperiment } from '../experiment/tinyDataset.ts';
import { suiteFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';

const sample = join(suiteFolder(), 'sample');
beforeAll(() => writeSampleDataset(sample, { users: 400, items: 120 }));

let backend: Backend;
afterEach(() => backend.close());

/** A backend whose jobs are processes, as people run it. */
function start() {
  const workspace = temporaryWorkspace();
  backend = createBackend({ workspace, launcher: createForkLauncher(), version: '1' });
  const [near, far] = createLocalPorts();
  serveRpc(far, backend.api, backend.events);
  const client = new RpcClient(near);
  const until = (isIt: (event: BackendEvent) => boolean) =>
    new Promise<BackendEvent>((resolve) => {
      const stop = client.onEvent((event) => {
        if (!isIt(event as BackendEvent)) return;
        stop();
        resolve(event as BackendEvent);
      });
    });
  const imported = (name: string) =>
    until((event) => event.name === 'import.progress' && event.payload.name === name && ['done', 'failed'].includes(event.payload.phase));
  const ended = (runId: string) =>
    until((event) => event.name === 'run.changed' && event.payload.id === runId && ['completed', 'failed'].includes(event.payload.status));
  return { workspace, client, imported, ended };
}

describe('imports in processes of their own', { timeout: 120_000 }, () => {
  it('go on at once, and each dataset is whole', async () => {
    const { workspace, client, imported } = start();
    const names = ['one', 'two', 'three'];
    const all = Promise.all(names.map(imported));
    await Promise.all(names.map((name) => client.call('datasets.import', { path: sample, name })));
    expect((await all).map((event) => event.payload)).toMatchObject(names.map((name) => ({ name, phase: 'done', error: null })));
    const found = workspace.datasets.list();
    expect(found.map(({ name }) => name)).toEqual(['one', 'three', 'two']);
    expect(new Set(found.map(({ fingerprint, users, events }) => `${fingerprint} ${users} ${events}`)).size).toBe(1);
    expect(workspace.datasets.report('two').sameContent).toEqual(['one', 'three']);
    expect(readdirSync(workspace.temporaryPath)).toEqual([]);
  });

  it('go on while a run trains, which ends as it would have without them', async () => {
    const results = [];
    for (const withImport of [false, true]) {
      const { workspace, client, imported, ended } = start();
      insertTinyDataset(workspace);
      const text = JSON.stringify(tinyExperiment({ engine: { name: 'onnx', provider: 'cpu', threads: 1 } }));
      const { id } = await client.call('runs.start', { text });
      const finished = ended(id);
      if (withImport) {
        const saved = imported('films');
        await client.call('datasets.import', { path: sample, name: 'films' });
        expect((await saved).payload).toMatchObject({ phase: 'done' });
        expect(workspace.datasets.get('films').users).toBe(400);
      }
      expect((await finished).payload).toMatchObject({ status: 'completed' });
      results.push(workspace.runs.get(id).metrics);
      await backend.close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(Object.keys(results[0]!).length).toBeGreaterThan(3);
  });
});
