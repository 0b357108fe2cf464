import { createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../../src-shared/errors.ts';
import { makeTemporaryFolder } from '../../store/temporary.ts';

export const DROPPED_PREFIX = '/dropped/';

const DROP_ID = /^[\w-]{8,64}$/;
const LONGEST_NAME_BYTES = 255;

/**
 * Copies of what was dropped on the page. A browser tells a page what a file holds, but not where it lies; so the page sends
 * every file of a drop to `/dropped/<id of the drop>/<folder>/<name>` (a single one without folder), and gets the place where an import can read it.
 */
export class DroppedFiles {
  private readonly temporaryPath: string;
  private readonly isImporting: () => boolean;
  private folder: string | null = null;

  /** @param isImporting while it says so, copies of earlier drops are kept: one of them may be what is imported */
  constructor(temporaryPath: string, isImporting: () => boolean) {
    this.temporaryPath = temporaryPath;
    this.isImporting = isImporting;
  }

  /**
   * Writes the body of a request to its place; half a file is removed again.
   * @param path raw path of the request
   * @returns where the dropped folder, or the single file, lies now
   * @throws AppError `input-invalid` (a path that leads elsewhere), `disk-full`, `file-not-readable`
   */
  async receive(path: string, body: IncomingMessage): Promise<string> {
    const [drop, ...names] = splitPath(path);
    const root = this.folderOf(drop!);
    const file = join(root, ...names);
    try {
      mkdirSync(dirname(file), { recursive: true });
      await pipeline(body, createWriteStream(file));
    } catch (error) {
      rmSync(file, { force: true });
      throw describeFailure(names.join('/'), error);
    }
    return join(root, names[0]!);
  }

  /** Removes every copy. */
  remove(): void {
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  private folderOf(drop: string): string {
    const isNew = this.folder === null || !existsSync(join(this.folder, drop));
    if (isNew && !this.isImporting()) this.remove();
    this.folder ??= makeTemporaryFolder(this.temporaryPath, 'dropped');
    return join(this.folder, drop);
  }
}

/** The id of the drop, then the names on the way to the file. */
function splitPath(path: string): string[] {
  const refuse = () => new AppError('input-invalid', `dropped: expected ${DROPPED_PREFIX}<id>/<folder>/<name of a file>, got "${path}"`);
  if (!path.startsWith(DROPPED_PREFIX)) throw refuse();
  const parts = path.slice(DROPPED_PREFIX.length).split('/').map(decode);
  const [drop, ...names] = parts;
  const isFine = DROP_ID.test(drop!) && (names.length === 1 || names.length === 2) && names.every(isFileName);
  if (!isFine) throw refuse();
  return parts as string[];
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** One name, which can neither lead out of its folder nor mean something else on another system. */
function isFileName(name: string | null): boolean {
  if (name === null || name === '' || name === '.' || name === '..') return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
  return Buffer.byteLength(name) <= LONGEST_NAME_BYTES && !/[\\/:\u0000-\u001f]/.test(name);
}

function describeFailure(name: string, error: unknown): AppError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') {
    const text = `dropped: "${name}" does not fit on the disk of the workspace; free some, or type the path of the folder instead`;
    return new AppError('disk-full', text, undefined, { cause: error });
  }
  return new AppError('file-not-readable', `dropped: "${name}" could not be copied (${message}); drop it again`, undefined, {
    cause: error,
  });
}
