import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { MethodOutput } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';

type Entry = MethodOutput<'files.list'>['entries'][number];

/**
 * The content of a folder: folders first, then files, each by name; hidden ones are left out.
 * @throws AppError `file-not-found`, `file-not-readable`
 */
export function listFolder(path: string): MethodOutput<'files.list'> {
  const folder = resolve(path === '' ? homedir() : path.replace(/^~(?=$|[/\\])/, homedir()));
  const entries = readNames(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => describe(join(folder, name), name));
  entries.sort((a, b) => Number(b.folder) - Number(a.folder) || a.name.localeCompare(b.name));
  const parent = dirname(folder);
  return { path: folder, parent: parent === folder ? null : parent, entries };
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new AppError('file-not-found', `files: expected a folder, got "${folder}", which does not exist`);
    if (code === 'ENOTDIR') throw new AppError('input-invalid', `files: expected a folder, got the file "${folder}"`);
    throw new AppError('file-not-readable', `files: "${folder}" cannot be read (${message})`);
  }
}

/** A link that leads nowhere, or an entry that vanished meanwhile, is not listed. */
function describe(path: string, name: string): Entry[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || !(found.isDirectory() || found.isFile())) return [];
  return [{ name, path, folder: found.isDirectory(), sizeBytes: found.isFile() ? found.size : 0 }];
}
