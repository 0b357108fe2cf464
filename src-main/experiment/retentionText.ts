import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import { GENERIC_TEXT } from '../evaluation/genericText.ts';
import type { Workspace } from '../store/workspace.ts';

/** More than the retention of a language model is ever measured on. */
const READ_BYTES = 1 << 20;
/** Shorter texts tell nothing. */
const FEWEST_CHARACTERS = 100;
const WHO = 'evaluation.retention.text';

/**
 * The generic text that an experiment measures retention on: the beginning of its file, or the text that comes with the program; null where it
 * leaves retention out.
 * @throws AppError `file-not-found`; `file-not-readable` for a folder, a file that is no UTF-8 text, or one that is too short
 */
export function readRetentionText({ path }: Pick<Workspace, 'path'>, { evaluation: { retention } }: Experiment): string | null {
  if (retention === null) return null;
  if (retention.text === null) return GENERIC_TEXT;
  const file = resolve(path, retention.text);
  const text = decode(file, readBeginning(file)).trim();
  if (text.length >= FEWEST_CHARACTERS) return text;
  throw notReadable(file, `a text of at least ${FEWEST_CHARACTERS} characters`, `${text.length}`);
}

function readBeginning(file: string): Uint8Array {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) {
    throw new AppError('file-not-found', `${WHO}: expected a text file, but ${file} does not exist; correct the path or leave it out`);
  }
  if (!found.isFile()) throw notReadable(file, 'a text file', 'a folder');
  let handle: number | null = null;
  try {
    handle = openSync(file, 'r');
    const buffer = new Uint8Array(Math.min(READ_BYTES, found.size));
    return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, 0));
  } catch (error) {
    throw notReadable(file, 'a text file', error instanceof Error ? error.message : String(error));
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    // A file that goes on may be cut within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: bytes.length === READ_BYTES });
    if (!text.includes('\0')) return text;
  } catch {
    // Said below.
  }
  throw notReadable(file, 'UTF-8 text', 'other bytes');
}

function notReadable(file: string, expected: string, got: string): AppError {
  return new AppError('file-not-readable', `${WHO}: expected ${expected} in ${file}, got ${got}; take another file or leave it out`);
}
