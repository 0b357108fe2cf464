import { diagnose, START_BYTES, textOf } from '../files/diagnosis.ts';
import { importError, readStart, type SourceFile } from '../files/sourceFile.ts';
import { shorten } from '../ingest/numbers.ts';
import { parseObject } from '../jsonLines.ts';
import { decodeText } from '../lines.ts';
import { guessDelimiter, openDelimited } from './delimitedTable.ts';
import { openJsonLines } from './jsonTable.ts';
import { isParquet, openParquet } from './parquetTable.ts';
import type { TableFile } from './tableFile.ts';

type Kind = { kind: 'parquet' } | { kind: 'json-lines' } | { kind: 'delimited'; delimiter: string };

/** What kind of table a content is by its start; null where it is none. */
export function tableKind(start: Buffer): Kind | null {
  if (isParquet(start)) return { kind: 'parquet' };
  if (diagnose(start) !== null) return null;
  const lines = textOf(Buffer.from(decodeText(start, 0, start.length)))
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (lines[0]?.startsWith('{')) return typeof parseObject(lines[0]) === 'string' ? null : { kind: 'json-lines' };
  const delimiter = guessDelimiter(lines);
  return delimiter === null ? null : { kind: 'delimited', delimiter };
}

/** A table of events has a few dozen; more are the keys of a dictionary, or a matrix. */
const MAX_COLUMNS = 1000;

/** @throws AppError `import-failed` for what is no table, or none of events */
export async function openTable(file: SourceFile, temporaryPath: string): Promise<TableFile> {
  const table = await openAny(file, temporaryPath);
  const { length } = table.columns;
  if (length <= MAX_COLUMNS) return table;
  const got = `got ${length.toLocaleString('en-US')}, beginning with ${shorten(table.columns.slice(0, 5).join(', '))}`;
  throw importError(file, `expected a table of at most ${MAX_COLUMNS} columns, ${got}; choose the file with a row for each event`, 1);
}

async function openAny(file: SourceFile, temporaryPath: string): Promise<TableFile> {
  const start = await readStart(file, START_BYTES);
  const found = tableKind(start);
  if (found === null) throw noTable(file, start);
  if (found.kind === 'parquet') return openParquet(file, temporaryPath);
  return found.kind === 'json-lines' ? openJsonLines(file) : openDelimited(file, found.delimiter);
}

function noTable(file: SourceFile, start: Buffer): Error {
  const found = diagnose(start);
  const expected = 'expected a table (CSV, TSV, JSON lines or Parquet)';
  if (found) return importError(file, `${expected}, got ${found.got}; ${found.advice}`, 1);
  if (textOf(start).startsWith('[')) return importError(file, `${expected}, got a JSON list; write one object per line instead`, 1);
  if (textOf(start).startsWith('{')) return importError(file, `${expected}, got JSON that is not one object a line; write it so`, 1);
  return importError(file, `${expected}, got text without columns; separate them by comma, tab, semicolon or "|"`, 1);
}
