import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { DatasetFormat, ImportPreview, Rejection } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { Catalogue, NewTimeline } from '../../store/datasetStore.ts';
import type { ProgressReporter } from '../importProgress.ts';

/** What a person chose to import: a folder, or one file of it. */
export interface ImportSource {
  /** Absolute. */
  path: string;
  folder: string;
  isFolder: boolean;
  /** Names of the files in the folder. */
  files: readonly string[];
}

/** What an importer may use while it reads. */
export interface ReadContext {
  progress: ProgressReporter;
  signal: AbortSignal;
  /** A folder for temporary files; removed afterwards. */
  temporaryPath: string;
}

/** A source that was read: everything but the timelines is known. Close it whatever happens. */
export interface OpenedSource {
  catalogue: Catalogue;
  events: number;
  rejected: number;
  rejections: readonly Rejection[];
  /** By user in the order of UserId, each in time order. */
  timelines(): AsyncIterable<NewTimeline>;
  close(): void;
}

/** One format of data set. `match` looks at the content; `open` reads and complains. */
export interface Importer {
  readonly format: DatasetFormat;
  /** What it reads, as words for a message. */
  readonly expects: string;
  match(source: ImportSource): Promise<boolean>;
  preview(source: ImportSource): Promise<ImportPreview>;
  open(source: ImportSource, context: ReadContext): Promise<OpenedSource>;
}

/** @throws AppError `file-not-found`, `file-not-readable` */
export function describeSource(path: string): ImportSource {
  const absolute = resolve(path);
  try {
    const isFolder = statSync(absolute).isDirectory();
    const folder = isFolder ? absolute : dirname(absolute);
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
    return { path: absolute, folder, isFolder, files: files.map((entry) => entry.name).sort() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const text =
      code === 'ENOENT' ? 'expected a file or folder, but there is none of this name; check the path' : `it cannot be read (${message})`;
    throw new AppError(code === 'ENOENT' ? 'file-not-found' : 'file-not-readable', `import "${absolute}": ${text}`, undefined, {
      cause: error,
    });
  }
}

export function fileInfo(folder: string, names: readonly string[]): ImportPreview['files'] {
  return names.map((name) => ({ name, sizeBytes: statSync(join(folder, name)).size }));
}

/** A valid dataset name made of the folder's. */
export function suggestName(folder: string): string {
  const cleaned = basename(folder)
    .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 80);
  return cleaned || 'dataset';
}
