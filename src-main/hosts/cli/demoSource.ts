import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import { importDataset } from './commands/datasets.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

const FILES = ['ratings.csv', 'movies.csv'];
const SETTING = 'demo.imported';

/** Imports a folder for the demonstration; a dataset that was imported from equal files is used again. */
export async function importOnce(session: Session, folder: string, name: string, progress: Progress): Promise<DatasetSummary> {
  const { client } = session;
  const hash = await hashFiles(folder);
  const known = ((await client.call('settings.get', {}))[SETTING] ?? {}) as Record<string, string>;
  const datasets = await client.call('datasets.list', {});
  const equal = datasets.find((dataset) => known[dataset.name] === hash);
  if (equal) {
    progress.note(`Dataset "${equal.name}" was imported from the same files before: using it again.`);
    return equal;
  }
  const dataset = await importDataset(session, folder, freeName(name, datasets), progress);
  await client.call('settings.set', { values: { [SETTING]: { ...known, [dataset.name]: hash } } });
  return dataset;
}

/** `sample`, or `sample-2` when another dataset has that name. */
function freeName(name: string, datasets: readonly DatasetSummary[]): string {
  const taken = new Set(datasets.map((dataset) => dataset.name));
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}

async function hashFiles(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of FILES.map((file) => join(folder, file)).filter(existsSync)) {
    hash.update(`${basename(path)}\0`);
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
