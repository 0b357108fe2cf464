import { readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ImportPreview } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { diagnose, START_BYTES, textOf } from './diagnosis.ts';
import { fileOnDisk, readStart, type SourceFile } from './sourceFile.ts';
import { filesInArchive } from './zipArchive.ts';

/** What a person chose to import: a folder, a zip archive, or one file of a folder. */
export interface ImportSource {
  /** Absolute. */
  path: string;
  /** The folder itself or the archive; of a single file, the folder it is in. */
  folder: string;
  /** By name. Of a single file: all files of its folder. */
  files: readonly SourceFile[];
  /** The single file that was chosen. */
  chosen: SourceFile | null;
}

/** @throws AppError `file-not-found`, `file-not-readable`, `import-failed` (a damaged archive) */
export async function openSource(path: string): Promise<ImportSource> {
  const absolute = resolve(path);
  try {
    if (statSync(absolute).isDirectory()) return { path: absolute, folder: absolute, files: filesIn(absolute), chosen: null };
    if (await isArchive(absolute)) {
      return { path: absolute, folder: absolute, files: sorted(await filesInArchive(absolute)), chosen: null };
    }
    const folder = dirname(absolute);
    const files = filesIn(folder);
    return { path: absolute, folder, files, chosen: files.find((file) => file.path === absolute) ?? fileOnDisk(absolute) };
  } catch (error) {
    throw unreadable(absolute, error);
  }
}

function filesIn(folder: string): SourceFile[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
  return sorted(names.flatMap((entry) => existing(join(folder, entry.name))));
}

/** A link to nowhere is no file. */
function existing(path: string): SourceFile[] {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? [fileOnDisk(path)] : [];
}

function sorted(files: SourceFile[]): SourceFile[] {
  return files.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function isArchive(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'PK\u0003\u0004';
  } finally {
    await handle.close();
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  const text = isMissing ? 'expected a file or folder, but there is none of this name; check the path' : `it cannot be read (${message})`;
  return new AppError(isMissing ? 'file-not-found' : 'file-not-readable', `import "${path}": ${text}`, undefined, { cause: error });
}

export function fileInfo(files: readonly SourceFile[]): ImportPreview['files'] {
  return files.map(({ name, sizeBytes }) => ({ name, sizeBytes }));
}

/** A valid dataset name made of a path's last part. */
export function suggestName(path: string): string {
  const cleaned = basename(path)
    .replace(/(\.(zip|gz|csv|tsv|txt|json|jsonl|ndjson|parquet))+$/i, '')
    .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 80);
  return cleaned || 'dataset';
}

const starts = new WeakMap<SourceFile, Promise<Buffer | null>>();

/** The first bytes of a file's content, or null where it holds no text: formats are told apart by them. Read once. */
export function textStart(file: SourceFile): Promise<Buffer | null> {
  const known = starts.get(file);
  if (known) return known;
  const start = readTextStart(file);
  starts.set(file, start);
  return start;
}

async function readTextStart(file: SourceFile): Promise<Buffer | null> {
  try {
    const start = await readStart(file, START_BYTES);
    return diagnose(start) === null ? start : null;
  } catch (error) {
    // A damaged file matches nothing; whoever reads it in earnest says what is wrong with it.
    if (error instanceof AppError || (error as NodeJS.ErrnoException).code === 'EACCES') return null;
    throw error;
  }
}

/** The first line of a text that is not blank, or null where the file holds no text. */
export async function firstLine(file: SourceFile): Promise<string | null> {
  const start = await textStart(file);
  if (start === null) return null;
  const text = textOf(start);
  const end = text.indexOf('\n');
  return (end < 0 ? text : text.slice(0, end)).trimEnd();
}
