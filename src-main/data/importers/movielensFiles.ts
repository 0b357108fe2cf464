import type { AppError } from '../../../src-shared/errors.ts';
import { type CsvRecord, RecordAssembler } from '../csv.ts';
import { diagnose, START_BYTES } from '../files/diagnosis.ts';
import { importError, readStart, type SourceFile } from '../files/sourceFile.ts';
import { shorten } from '../ingest/numbers.ts';
import { readFirstLines } from '../lines.ts';
import type { FileLayout } from './movielensLayouts.ts';

/** Where each needed column stands in a file, and how many columns its rows have. */
export interface Places {
  columns: number[];
  width: number;
}

/** Of a file without a header line; null where one has to be read first. */
export function fixedPlaces({ columns, width }: FileLayout): Places | null {
  return width === null ? null : { columns: [...columns.keys()], width };
}

/** The place of each column by the header record; other columns may stand anywhere between. */
export function placesOf(file: SourceFile, header: CsvRecord, { columns: needed, expected }: FileLayout): Places {
  const fields = 'fields' in header ? header.fields : [];
  const columns = needed.map((name) => fields.indexOf(name));
  if (!columns.includes(-1)) return { columns, width: fields.length };
  const got = 'fields' in header ? shorten(fields.join(',')) : header.problem;
  throw importError(file, `expected ${expected}, got "${got}"; add the header as the first line`, header.line);
}

/**
 * Refuses at once what is no text.
 * @param expected as words: "the header line ..."
 * @throws AppError `import-failed`
 */
export async function requireText(file: SourceFile, expected: string): Promise<void> {
  const found = diagnose(await readStart(file, START_BYTES));
  if (found) throw importError(file, `expected ${expected}, got ${found.got}; ${found.advice}`, 1);
}

/** The first records of a file, header included. */
export async function readFirstRecords(
  file: SourceFile,
  layout: Pick<FileLayout, 'delimiter' | 'quoted'>,
  count: number,
): Promise<CsvRecord[]> {
  const assembler = new RecordAssembler(layout);
  const records: CsvRecord[] = [];
  await readFirstLines(file, (text, line) => {
    records.push(...assembler.push(text, line));
    return records.length >= count;
  });
  if (records.length < count) records.push(...assembler.finish());
  return records.slice(0, count);
}

export function cutOff(file: SourceFile, line: number, got: string): AppError {
  const text = `expected a complete last row, got "${shorten(got)}" in line ${line}; the file is cut off: copy or download it again`;
  return importError(file, text, line);
}
