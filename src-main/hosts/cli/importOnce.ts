import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import { importDataset } from './commands/datasets.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

const SETTING = 'demo.imported';

/** Imports a folder or file; a dataset that was imported from equal files before is used again. */
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

/** Of a file, or of every file that lies in a folder. */
async function hashFiles(path: string): Promise<string> {
  const hash = createHash('sha256');
  const files = statSync(path).isDirectory() ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile()) : null;
  for (const file of files ? files.map(({ name }) => join(path, name)).sort() : [path]) {
    hash.update(`${basename(file)}\0`);
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
