import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { temporaryFileName } from '../store/temporary.ts';

/**
 * A folder that is there whole or not at all: `write` fills one beside it, which then takes its name.
 * @throws AppError `input-invalid` when the folder exists and is not empty, and what `write` throws
 */
export async function writeNewFolder(folder: string, write: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new AppError('input-invalid', `export "${folder}": expected a folder that is new or empty, got one with files; choose another`);
  }
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = temporaryFileName(folder);
  try {
    mkdirSync(temporary);
    await write(temporary);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
