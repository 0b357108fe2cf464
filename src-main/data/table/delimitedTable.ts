import { type CsvRecord, readRecords } from '../csv.ts';
import type { SourceFile } from '../files/sourceFile.ts';
import { cutOff, readFirstRecords } from '../importers/movielensFiles.ts';
import { FIRST_ROWS, type TableFile, type TableRow } from './tableFile.ts';

const DELIMITERS = [',', '\t', ';', '|'];

/** The delimiter that divides most, and in the same way in the first two lines; null where none does. */
export function guessDelimiter(lines: readonly string[]): string | null {
  const [header = '', second = header] = lines;
  const count = (text: string, delimiter: string) => text.replace(/"([^"]|"")*"/g, '').split(delimiter).length;
  const found = DELIMITERS.map((delimiter) => ({ delimiter, columns: count(header, delimiter), next: count(second, delimiter) }))
    .filter(({ columns, next }) => columns > 1 && next > 1)
    .sort((a, b) => Number(b.columns === b.next) - Number(a.columns === a.next) || b.columns - a.columns);
  return found[0]?.delimiter ?? null;
}

/** CSV, TSV and their like. A first line with a number as a field is no header: columns are then "column 1", "column 2". */
export async function openDelimited(file: SourceFile, delimiter: string): Promise<TableFile> {
  const dialect = { delimiter, quoted: true };
  const records = (await readFirstRecords(file, dialect, FIRST_ROWS + 1)).filter((record) => 'fields' in record);
  const first = records[0]?.fields ?? [];
  const hasHeader = !first.some((field) => /^-?\d+(\.\d+)?$/.test(field));
  const columns = hasHeader ? uniqueNames(first) : first.map((_, index) => `column ${index + 1}`);
  return {
    file,
    columns,
    firstLine: hasHeader ? 2 : 1,
    firstRows: records.slice(hasHeader ? 1 : 0, FIRST_ROWS + (hasHeader ? 1 : 0)).map(({ fields }) => fields),
    async read(wanted, listener, afterChunk) {
      const places = wanted.map((name) => columns.indexOf(name));
      let isHeader = hasHeader;
      let last: CsvRecord | null = null;
      const take = (record: CsvRecord) => {
        if (isHeader) {
          isHeader = false;
          return;
        }
        last = record;
        listener(toRow(record, columns.length, places));
      };
      const complete = await readRecords(file, take, dialect, (bytes) => afterChunk(bytes / Math.max(1, file.sizeBytes)));
      if (!complete && last !== null) refuseCutOff(file, last, columns.length, delimiter);
    },
  };
}

function toRow(record: CsvRecord, width: number, places: readonly number[]): TableRow {
  if ('problem' in record) return record;
  const { fields, line } = record;
  if (fields.length !== width) return { line, problem: `expected ${width} columns, got ${fields.length}` };
  return { line, cells: places.map((place) => fields[place]!) };
}

function refuseCutOff(file: SourceFile, last: CsvRecord, width: number, delimiter: string): void {
  if ('problem' in last) throw cutOff(file, last.line, last.problem);
  if (last.fields.length < width) throw cutOff(file, last.line, last.fields.join(delimiter));
}

/** Columns without a name, or with that of another, are called by their place. */
function uniqueNames(names: readonly string[]): string[] {
  return names.map((name, index) => (name === '' || names.indexOf(name) < index ? `column ${index + 1}` : name));
}
