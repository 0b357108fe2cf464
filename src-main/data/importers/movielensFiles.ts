import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../../src-shared/errors.ts';
import { type CsvRecord, RecordAssembler, readLines } from '../csv.ts';
import { shorten } from './movielensNumbers.ts';

export const RATINGS_FILE = 'ratings.csv';
export const MOVIES_FILE = 'movies.csv';
export const RATINGS_COLUMNS = ['userId', 'movieId', 'rating', 'timestamp'];
export const MOVIES_COLUMNS = ['movieId', 'title', 'genres'];

/** Where each needed column stands in a file, and how many columns its rows have. */
export interface Layout {
  columns: number[];
  width: number;
}

export function importError(file: string, text: string, line?: number): AppError {
  return new AppError('import-failed', `${basename(file)}: ${text}`, { position: { file, ...(line !== undefined && { line }) } });
}

/** The place of each column by the header record; other columns may stand anywhere between. */
export function layoutOf(file: string, header: CsvRecord, needed: readonly string[]): Layout {
  const fields = 'fields' in header ? header.fields : [];
  const columns = needed.map((name) => fields.indexOf(name));
  if (!columns.includes(-1)) return { columns, width: fields.length };
  const got = 'fields' in header ? shorten(fields.join(',')) : header.problem;
  throw importError(file, `expected the header line "${needed.join(',')}", got "${got}"; add the header as the first line`, header.line);
}

/** Refuses at once what is no CSV at all. @throws AppError `import-failed` */
export async function checkLooksLikeCsv(file: string, needed: readonly string[]): Promise<void> {
  const expected = `expected the header line "${needed.join(',')}"`;
  const start = await readStart(file);
  if (start.length === 0) throw importError(file, `${expected}, got an empty file; copy or download it again`);
  if ((start[0] === 0x50 && start[1] === 0x4b) || (start[0] === 0x1f && start[1] === 0x8b)) {
    throw importError(file, `${expected}, got a compressed file; unpack it first`);
  }
  const text = start
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<(!doctype|html|head|body|\?xml)/i.test(text)) {
    throw importError(file, `${expected}, got a web page; download the file itself instead of the page about it`, 1);
  }
  if (text === '' && start.length < START_BYTES) throw importError(file, `${expected}, got blank lines only; copy or download it again`);
  if (start.includes(0)) throw importError(file, `${expected}, got binary data or UTF-16 text; save it as UTF-8 text`);
}

const START_BYTES = 1024;

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The first records of a file, header included. */
export async function readFirstRecords(folder: string, name: string, count: number): Promise<CsvRecord[]> {
  const assembler = new RecordAssembler();
  const records: CsvRecord[] = [];
  const enough = new Error('enough');
  try {
    await readLines(
      join(folder, name),
      (buffer, start, end, line) => {
        if (records.length < count) records.push(...assembler.push(buffer.toString('utf8', start, end), line));
      },
      () => {
        if (records.length >= count) throw enough;
      },
    );
    records.push(...assembler.finish());
  } catch (error) {
    if (error !== enough) throw error;
  }
  return records.slice(0, count);
}

export function cutOff(file: string, line: number, got: string): AppError {
  const text = `expected a complete last row, got "${shorten(got)}" in line ${line}; the file is cut off: copy or download it again`;
  return importError(file, text, line);
}
