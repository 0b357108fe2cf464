import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import type { ExportProgress } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { DatasetReader } from '../../store/datasetStore.ts';
import { createPauses } from '../../store/pauses.ts';
import { makeTemporaryFolder, temporaryFileName } from '../../store/temporary.ts';

export interface ExportOptions {
  /** Ends with .csv or .parquet. */
  path: string;
  overwrite: boolean;
  /** Where a Parquet file's rows are kept meanwhile. */
  temporaryPath: string;
  /** Called as events are written; 'packing' once all are, while a Parquet file is made of them. */
  onProgress?(phase: ExportProgress['phase'], events: number): void;
  signal?: AbortSignal;
}

/** What the writers share. */
interface Job {
  report: NonNullable<ExportOptions['onProgress']>;
  signal: AbortSignal;
}

const FLUSH_CHARACTERS = 1 << 20;

/**
 * Writes one row an event, by user and then in time order: `user`, `item` (the ids of the source), every feature by its name, every text that
 * the user wrote, and `timestamp` (ISO 8601, UTC, with milliseconds). The file is there whole, or not at all.
 * @throws AppError `input-invalid` for another kind of file or one that exists; `file-not-readable`, `disk-full` when it cannot be
 *   written; `cancelled`
 */
export async function exportEvents(
  reader: DatasetReader,
  options: ExportOptions,
): Promise<{ path: string; events: number; sizeBytes: number }> {
  const path = resolve(options.path);
  const kind = kindOf(path);
  if (existsSync(path) && !options.overwrite) {
    throw new AppError('input-invalid', `export: expected a new file, but "${path}" exists; choose another name, or allow overwriting`);
  }
  const job: Job = { report: options.onProgress ?? (() => {}), signal: options.signal ?? new AbortController().signal };
  try {
    mkdirSync(dirname(path), { recursive: true });
    await writeWhole(path, (partial) =>
      kind === 'csv' ? writeCsv(reader, partial, job) : writeParquet(reader, partial, options.temporaryPath, job),
    );
  } catch (error) {
    if (job.signal.aborted)
      throw new AppError('cancelled', `export "${path}": cancelled; nothing was written`, undefined, { cause: error });
    throw asAppError(error, path);
  }
  return { path, events: reader.summary.events, sizeBytes: statSync(path).size };
}

/** Under another name first: whoever looks sees the whole file, or none. */
async function writeWhole(path: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = temporaryFileName(path);
  try {
    await write(partial);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}

function kindOf(path: string): 'csv' | 'parquet' {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv' || extension === '.parquet') return extension === '.csv' ? 'csv' : 'parquet';
  throw new AppError('input-invalid', `export: expected a file name that ends with .csv or .parquet, got "${path}"`);
}

async function writeCsv(reader: DatasetReader, path: string, job: Job): Promise<void> {
  const file = await open(path, 'w');
  try {
    await writeRows(reader, file, job);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeRows(reader: DatasetReader, file: FileHandle, { report, signal }: Job): Promise<void> {
  const rowsOf = createRowWriter(reader);
  let text = `${columnsOf(reader).map(quote).join(',')}\n`;
  let events = 0;
  const pause = createPauses();
  for (const userId of reader.userIds) {
    const rows = rowsOf(userId);
    text += rows.text;
    events += rows.events;
    if (text.length > FLUSH_CHARACTERS) {
      await file.write(text);
      report('writing', events);
      text = '';
    }
    await pause();
    signal.throwIfAborted();
  }
  await file.write(text);
}

function columnsOf({ summary: { features, textFeatures } }: DatasetReader): string[] {
  const named = (wanted: string) => features.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  return ['user', 'item', ...named('item'), ...named('event'), ...textFeatures, 'timestamp'];
}

/** The rows of a user as text. */
function createRowWriter(reader: DatasetReader): (userId: number) => { text: string; events: number } {
  const { users, items } = reader.sourceIds();
  const itemColumns = quotedItemColumns(reader, items);
  const { features, textFeatures } = reader.summary;
  const values = features.filter(({ kind }) => kind === 'event').map(({ name }) => ({ name, quoted: reader.vocabulary(name).map(quote) }));
  return (userId) => {
    const { itemIds, timestampsMs, eventFeatures } = reader.timeline(userId);
    const texts = textFeatures.map((name) => reader.texts(userId, name));
    const user = quote(users[userId]!);
    let text = '';
    for (let index = 0; index < itemIds.length; index++) {
      text += `${user},${itemColumns[itemIds[index]!]!}`;
      for (const { name, quoted } of values) text += `,${quoted[eventFeatures[name]![index]!]!}`;
      for (const written of texts) text += `,${quote(written[index]!)}`;
      text += `,${new Date(timestampsMs[index]!).toISOString()}\n`;
    }
    return { text, events: itemIds.length };
  };
}

/** By ItemId: the item's id and features, ready for a row. Written once, as an item has many events. */
function quotedItemColumns(reader: DatasetReader, sourceIds: readonly string[]): string[] {
  const names = reader.summary.features.filter(({ kind }) => kind === 'item').map(({ name }) => name);
  const columns = names.map((name) => ({ ids: reader.itemFeature(name), values: reader.vocabulary(name) }));
  return sourceIds.map((id, item) => [id, ...columns.map(({ ids, values }) => values[ids[item]!]!)].map(quote).join(','));
}

/** RFC 4180: quotes where they are needed. A text that begins with a blank keeps it. */
function quote(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Through a CSV file, which DuckDB reads in parallel and compresses by column. */
async function writeParquet(reader: DatasetReader, path: string, temporaryPath: string, job: Job): Promise<void> {
  const folder = makeTemporaryFolder(temporaryPath, 'export');
  try {
    const rows = join(folder, 'events.csv');
    await writeCsv(reader, rows, job);
    job.report('packing', reader.summary.events);
    // Loaded when first asked for: it brings a database engine with it.
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { temp_directory: folder, memory_limit: '1GB' });
    try {
      const connection = await instance.connect();
      const interrupt = () => connection.interrupt();
      job.signal.addEventListener('abort', interrupt, { once: true });
      try {
        job.signal.throwIfAborted();
        await connection.run(`COPY (${selectFrom(reader, rows)}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
      } finally {
        job.signal.removeEventListener('abort', interrupt);
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ids and values stay texts; ratings that are numbers become numbers, and times become timestamps. */
function selectFrom(reader: DatasetReader, csv: string): string {
  const columns = columnsOf(reader);
  const types = columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  const selected = columns.map((name) => {
    if (name === 'timestamp') return 'CAST("timestamp" AS TIMESTAMPTZ) AS "timestamp"';
    return name === 'rating' ? 'TRY_CAST(rating AS DOUBLE) AS rating' : `"${name.replaceAll('"', '""')}"`;
  });
  return `SELECT ${selected.join(', ')} FROM read_csv(${literal(csv)}, header = true, columns = {${types}}, quote = '"', escape = '"', nullstr = '', strict_mode = true)`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function asAppError(error: unknown, path: string): unknown {
  if (error instanceof AppError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || /no space left/i.test(message)) {
    return new AppError('disk-full', `export "${path}": the disk is full; nothing was written, free some space`, undefined, {
      cause: error,
    });
  }
  if (code?.startsWith('E')) {
    return new AppError('file-not-readable', `export "${path}": it cannot be written (${message}); choose another place`, undefined, {
      cause: error,
    });
  }
  return error;
}
