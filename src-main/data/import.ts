import { rmSync } from 'node:fs';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import {
  type DatasetFormat,
  type DatasetSummary,
  datasetNameSchema,
  type ImportPreview,
  type ImportProgress,
  type TableMapping,
} from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import { openDatabase } from '../store/database.ts';
import { type DatasetTarget, DatasetWriter, datasetExists, packerOptions } from '../store/datasetWriter.ts';
import type { CountedEvents } from '../store/eventCounts.ts';
import { makeTemporaryFolder } from '../store/temporary.ts';
import type { PackedTimelines } from '../store/timelinePacker.ts';
import type { Workspace } from '../store/workspace.ts';
import { type ImportSource, openSource } from './files/source.ts';
import { findImporter } from './importers/findImporter.ts';
import type { Importer, OpenedSource, ReadContext } from './importers/importer.ts';
import { ProgressReporter } from './importProgress.ts';
import { packParts } from './ingest/packParts.ts';
import { usefulThreads } from './ingest/threads.ts';

export interface ImportOptions {
  /** A folder, a zip archive, or one file. */
  path: string;
  /** The new dataset's name. */
  name: string;
  /** Left out or null: as the content tells. */
  format?: DatasetFormat | null;
  /** Which column of a table is what; left out or null: as names and content suggest. */
  mapping?: TableMapping | null;
  /** Carried by the progress messages. */
  importId?: string;
  onProgress?: (progress: ImportProgress) => void;
  signal?: AbortSignal;
  /** Beside this one; 0 for none. Left out: as many as are useful for the size of the source. */
  threads?: number;
}

/**
 * Reads a data set into the workspace. Nothing is visible before the end, and nothing is left when it fails, is cancelled or killed.
 * @throws AppError `input-invalid` (name), `dataset-exists`, `file-not-found`, `format-unknown`, `import-failed`, `disk-full`, `cancelled`
 */
export async function importDataset(workspace: Workspace, options: ImportOptions): Promise<DatasetSummary> {
  const startedAt = performance.now();
  const signal = options.signal ?? new AbortController().signal;
  checkName(workspace, options.name);
  const source = await openSource(options.path);
  const importer = await findImporter(source, options.format ?? null);
  const progress = new ProgressReporter(options.importId ?? '', options.name, options.onProgress ?? (() => {}));
  const temporaryPath = makeTemporaryFolder(workspace.temporaryPath, 'import');
  try {
    signal.throwIfAborted();
    progress.report('reading', 0, null);
    const context = { progress, signal, temporaryPath, mapping: options.mapping ?? null, threads: options.threads ?? null };
    await readInto(workspace, options.name, source, importer, context, startedAt);
  } catch (error) {
    if (signal.aborted)
      throw new AppError('cancelled', `import "${options.name}": cancelled; nothing was kept`, undefined, { cause: error });
    throw readError(error, source);
  } finally {
    rmSync(temporaryPath, { recursive: true, force: true });
  }
  const summary = workspace.datasets.get(options.name);
  progress.report('done', summary.events + summary.rejected, summary.events + summary.rejected);
  return summary;
}

/** What the source holds, without importing it. @throws AppError as `importDataset` */
export async function previewImport(path: string, format: DatasetFormat | null = null): Promise<ImportPreview> {
  const source = await openSource(path);
  try {
    return await (await findImporter(source, format)).preview(source);
  } catch (error) {
    throw readError(error, source);
  }
}

function checkName(workspace: Workspace, name: string): void {
  const parsed = datasetNameSchema.safeParse(name);
  if (!parsed.success) throw new AppError('input-invalid', `import: the name "${name}" cannot be used: ${parsed.error.issues[0]?.message}`);
  if (workspace.datasets.has(name)) throw datasetExists(name);
}

async function readInto(
  workspace: Workspace,
  name: string,
  source: ImportSource,
  importer: Importer,
  context: ReadContext,
  startedAt: number,
): Promise<void> {
  const opened = await importer.open(source, context);
  try {
    const readFrom = importer.format === 'table' ? source.path : source.folder;
    const target = { name, format: importer.format, sourcePath: droppedName(source, workspace.temporaryPath) ?? readFrom };
    await save(workspace.databasePath, target, opened, context, startedAt);
  } finally {
    opened.close();
  }
}

/**
 * A copy of what was dropped on a page is gone tomorrow, and the page does not know where the files lie: what is left is the name of the folder or
 * file. Null for everything else.
 */
function droppedName({ path }: ImportSource, temporaryPath: string): string | null {
  const way = relative(temporaryPath, path);
  if (way.startsWith('..') || isAbsolute(way)) return null;
  // The folder of the copies, that of the drop, and then what was dropped.
  const [, , name = basename(path)] = way.split(sep);
  return `${name} (dropped on the page)`;
}

/** Writes over a connection of its own, so that nobody else's statements become part of the transaction. */
async function save(
  databasePath: string,
  target: DatasetTarget,
  opened: OpenedSource,
  context: ReadContext,
  startedAt: number,
): Promise<void> {
  const database = openDatabase(databasePath);
  try {
    const writer = new DatasetWriter(database, target, opened.catalogue, join(context.temporaryPath, 'packed'));
    try {
      await addTimelines(writer, opened, context);
      const { rejected, rejections } = opened;
      const cost = () => ({ seconds: (performance.now() - startedAt) / 1000, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 });
      writer.finish({ rejected, rejections, cost });
    } finally {
      writer.close();
    }
  } finally {
    database.close();
  }
}

/** Fewer events are packed before a thread has started. */
const EVENTS_WORTH_THREADS = 500_000;

async function addTimelines(writer: DatasetWriter, opened: OpenedSource, context: ReadContext): Promise<void> {
  const { signal, progress } = context;
  const { catalogue, events, packing } = opened;
  progress.report('sorting', 0, events);
  let rows = 0;
  const sink = {
    add(packed: PackedTimelines) {
      signal.throwIfAborted();
      writer.add(packed);
      for (const count of packed.events) rows += count;
      progress.report('packing', rows, events);
    },
    count: (counted: CountedEvents) => writer.count(counted),
  };
  const threads = context.threads ?? (events < EVENTS_WORTH_THREADS ? 0 : usefulThreads());
  await packParts({ parts: opened.parts(), packing, options: packerOptions(catalogue), sink, signal }, threads);
  signal.throwIfAborted();
  progress.report('saving', rows, events);
}

function readError(error: unknown, source: ImportSource): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof AppError) return error;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR' || code === 'EIO') {
    return new AppError('file-not-readable', `import "${source.path}": it cannot be read (${message})`, undefined, { cause: error });
  }
  if (code === 'ENOSPC') {
    return new AppError('disk-full', 'import: the disk is full; free some space and try again', undefined, { cause: error });
  }
  return error;
}
