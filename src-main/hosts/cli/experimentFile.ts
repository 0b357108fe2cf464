import { readFileSync } from 'node:fs';
import { AppError } from '../../../src-shared/errors.ts';

/** The text of an experiment file. @param who the command, named in errors; @throws AppError `file-not-found`, `file-not-readable` */
export function readExperimentFile(who: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new AppError('file-not-found', `${who}: expected an experiment file, got "${file}", which does not exist`);
    throw new AppError('file-not-readable', `${who}: "${file}" cannot be read (${message})`);
  }
}
