import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { DatasetFormat, Rejection, TableMapping } from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import { type ImportSource, openSource } from './files/source.ts';
import { readStart, type SourceFile } from './files/sourceFile.ts';
import { findImporter } from './importers/findImporter.ts';
import type { Importer } from './importers/importer.ts';
import { ProgressReporter } from './importProgress.ts';
import { isParquet } from './table/parquetTable.ts';

/** So much of a file is read: hundreds of rows. */
const HEAD_BYTES = 1 << 16;
const [QUOTE, LINE_FEED] = [0x22, 0x0a];

export interface PreviewedImport {
  path: string;
  /** null: as the content tells. */
  format: DatasetFormat | null;
  /** Of a table; null: as names and content suggest. */
  mapping: TableMapping | null;
}

/**
 * Which of the first rows (64 kB) an import would not keep, and why: it is tried on them alone. What would end the import is one problem more.
 * Of Parquet nothing is said: its values have types already.
 * @throws AppError where nothing can be previewed
 */
export async function previewProblems({ path, format, mapping }: PreviewedImport): Promise<Rejection[]> {
  const source = await openSource(path);
  const importer = await findImporter(source, format);
  const { files } = await importer.preview(source);
  const events = source.files.find((file) => file.name === files[0]?.name);
  if (events === undefined || isParquet(await readStart(events, HEAD_BYTES))) return [];
  try {
    return await tryOut(headOf(source, importer, events), importer, events, mapping);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ file: events.name, line: error.details?.position?.line ?? 1, reason: error.message }];
  }
}

async function tryOut(source: ImportSource, importer: Importer, events: SourceFile, mapping: TableMapping | null): Promise<Rejection[]> {
  const temporaryPath = mkdtempSync(join(tmpdir(), 'userllm-preview-'));
  try {
    const progress = new ProgressReporter('', '', () => {});
    const opened = await importer.open(source, { progress, signal: new AbortController().signal, temporaryPath, mapping, threads: 0 });
    opened.close();
    return opened.rejections.filter(({ file }) => file === events.name);
  } finally {
    rmSync(temporaryPath, { recursive: true, force: true });
  }
}

/** The source with short files. The films of MovieLens stay whole: a rating of a film that is not among them is no event. */
function headOf(source: ImportSource, { format }: Importer, events: SourceFile): ImportSource {
  const shortened = (file: SourceFile) => (file === events || !format.startsWith('movielens') ? head(file) : file);
  const files = source.files.map(shortened);
  return { ...source, files, chosen: source.chosen && (files[source.files.indexOf(source.chosen)] ?? head(source.chosen)) };
}

function head(file: SourceFile): SourceFile {
  const { name, path, isInArchive } = file;
  const openStored = async () => Readable.from([await wholeLines(file)], { objectMode: false });
  return { name, path, isInArchive, sizeBytes: Math.min(file.sizeBytes, HEAD_BYTES), openStored };
}

/** Without the row that was begun: it ends at the last line break that is in no quotes. */
async function wholeLines(file: SourceFile): Promise<Buffer> {
  const start = await readStart(file, HEAD_BYTES);
  if (start.length < HEAD_BYTES) return start;
  let [end, isQuoted] = [0, false];
  for (const [index, byte] of start.entries()) {
    if (byte === QUOTE) isQuoted = !isQuoted;
    if (byte === LINE_FEED && !isQuoted) end = index + 1;
  }
  return end === 0 ? start : start.subarray(0, end);
}
