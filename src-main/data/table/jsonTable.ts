import type { SourceFile } from '../files/sourceFile.ts';
import { type JsonObject, parseObject, readJsonLines } from '../jsonLines.ts';
import { readFirstLines } from '../lines.ts';
import { type Cell, cellText, FIRST_ROWS, type TableFile } from './tableFile.ts';

/** An object in each line; the columns are the keys of the first rows. */
export async function openJsonLines(file: SourceFile): Promise<TableFile> {
  const rows: JsonObject[] = [];
  await readFirstLines(file, (text) => {
    const row = parseObject(text);
    if (typeof row !== 'string') rows.push(row);
    return rows.length >= FIRST_ROWS;
  });
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    file,
    columns,
    firstLine: 1,
    firstRows: rows.map((row) => columns.map((column) => cellText(toCell(row[column])))),
    read: (wanted, listener, afterChunk) =>
      readJsonLines(
        file,
        (row) => listener('problem' in row ? row : { line: row.line, cells: wanted.map((name) => toCell(row.value[name])) }),
        (bytes) => afterChunk(bytes / Math.max(1, file.sizeBytes)),
      ),
  };
}

function toCell(value: unknown): Cell {
  if (typeof value === 'string') return value.trim();
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((part) => cellText(toCell(part)));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
