import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSampleDataset } from '../../src-main/data/sample/writeSample.ts';
import { openWorkspace } from '../../src-main/store/workspace.ts';
import { datasetSummarySchema } from '../../src-shared/dataset.ts';
import { suiteFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { movielensFolder } from './movielensFolder.ts';

const script = fileURLToPath(new URL('../../src-main/data/importJob.ts', import.meta.url));

interface Message {
  type?: string;
  phase?: string;
  summary?: unknown;
  error?: { code: string; message: string };
}

function startJob(workspacePath: string, path: string, onMessage: (message: Message, job: ChildProcess) => void) {
  const job = fork(script, { execArgv: [] });
  job.on('message', (message) => onMessage(message as Message, job));
  job.send({ workspacePath, path, name: 'films', importId: 'i1' });
  return once(job, 'exit') as Promise<[number | null, string | null]>;
}

describe('the import process', () => {
  const sample = join(suiteFolder(), 'sample');
  beforeAll(async () => {
    await writeSampleDataset(sample, { users: 300, items: 120 });
  });

  it('reports progress, then the summary, and exits with 0', async () => {
    const { path } = temporaryWorkspace();
    const messages: Message[] = [];
    expect(await startJob(path, movielensFolder(), (message) => messages.push(message))).toEqual([0, null]);
    expect(messages.map((message) => message.phase ?? message.type)).toEqual(['reading', 'sorting', 'packing', 'saving', 'done', 'done']);
    expect(datasetSummarySchema.parse(messages.at(-1)!.summary)).toMatchObject({ name: 'films', events: 5 });
  });

  it('sends what is wrong as an error, and exits with 1', async () => {
    const { path } = temporaryWorkspace();
    const messages: Message[] = [];
    expect(await startJob(path, movielensFolder({ ratings: '' }), (message) => messages.push(message))).toEqual([1, null]);
    expect(messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'import-failed' } });
  });

  it.each(['reading', 'sorting', 'packing', 'saving'])('killed while %s leaves the whole dataset or nothing', async (phase) => {
    const { path } = temporaryWorkspace();
    await startJob(path, sample, (message, job) => message.phase === phase && job.kill('SIGKILL'));
    const workspace = openWorkspace(path);
    const count = (table: string) => workspace.database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const whole = workspace.datasets.list().length === 1;
    expect([count('items'), count('userBlocks')]).toEqual(whole ? [120, 2] : [0, 0]);
    expect(Number(count('timelinePages')) > 0).toBe(whole);
    if (whole) expect(workspace.datasets.open('films').timeline(299).itemIds.length).toBeGreaterThan(0);
    expect(workspace.database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(readdirSync(workspace.temporaryPath)).toEqual([]);
    workspace.close();
  });

  it('ends by itself when whoever started it is gone', async () => {
    const { path, datasets, temporaryPath } = temporaryWorkspace();
    await startJob(path, sample, (message, job) => message.phase === 'reading' && job.connected && job.disconnect());
    expect(datasets.list().length).toBeLessThanOrEqual(1);
    expect(readdirSync(temporaryPath)).toEqual([]);
  });
}, 60_000);
