import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { Content, importError, type SourceFile } from '../files/sourceFile.ts';
import { type Cell, cellText, FIRST_ROWS, type TableFile, type TableRow } from './tableFile.ts';

const MEMORY_BYTES = 1e9;

export function isParquet(start: Buffer): boolean {
  return start.subarray(0, 4).toString('latin1') === 'PAR1';
}

/**
 * Reads Parquet through DuckDB, every value as text: whole numbers without a point, times as milliseconds since 1970.
 * @param temporaryPath for what is packed in an archive, and for DuckDB
 * @throws AppError `import-failed` for a damaged file
 */
export async function openParquet(file: SourceFile, temporaryPath: string): Promise<TableFile> {
  const path = file.isInArchive || (await isPacked(file)) ? await unpack(file, temporaryPath) : file.path;
  const source = `read_parquet('${path.replaceAll("'", "''")}')`;
  const described = await query(file, temporaryPath, `DESCRIBE SELECT * FROM ${source}`);
  const types = new Map(described.map(([name, type]) => [cellText(name!), cellText(type!)]));
  const columns = [...types.keys()];
  const select = (names: readonly string[]) => names.map((name) => asText(name, types.get(name) ?? '')).join(', ');
  const [[total]] = (await query(file, temporaryPath, `SELECT count(*)::VARCHAR FROM ${source}`)) as [[string]];
  const firstRows = await query(file, temporaryPath, `SELECT ${select(columns)} FROM ${source} LIMIT ${FIRST_ROWS}`);
  return {
    file,
    columns,
    firstLine: 1,
    firstRows: firstRows.map((row) => row.map(cellText)),
    read: (wanted, listener, afterChunk) =>
      readRows(file, temporaryPath, `SELECT ${select(wanted)} FROM ${source}`, listener, (rows) =>
        afterChunk(rows / Math.max(1, Number(total))),
      ),
  };
}

function asText(name: string, type: string): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) {
    return `CASE WHEN ${column} = floor(${column}) AND abs(${column}) < 1e15 THEN ${column}::BIGINT::VARCHAR ELSE ${column}::VARCHAR END`;
  }
  if (type.startsWith('TIMESTAMP')) return `epoch_ms(${column})::VARCHAR`;
  if (type === 'VARCHAR[]') return column;
  return type === 'BLOB' ? `decode(${column})` : `${column}::VARCHAR`;
}

async function query(file: SourceFile, temporaryPath: string, sql: string): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  await readRows(
    file,
    temporaryPath,
    sql,
    (row) => 'cells' in row && rows.push([...row.cells]),
    () => {},
  );
  return rows;
}

async function readRows(
  file: SourceFile,
  temporaryPath: string,
  sql: string,
  listener: (row: TableRow) => void,
  afterChunk: (rows: number) => void,
): Promise<void> {
  // Loaded here: everything else does without it, and it is large.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: `${MEMORY_BYTES / 1e6}MB`, temp_directory: temporaryPath });
  const connection = await instance.connect();
  try {
    const result = await translating(file, () => streamOf(connection, sql));
    let line = 0;
    for (;;) {
      const chunk = await translating(file, () => result.fetchChunk());
      if (!chunk || chunk.rowCount === 0) return;
      for (const row of chunk.getRows()) listener({ line: ++line, cells: row.map(toCell) });
      afterChunk(line);
    }
  } finally {
    connection.disconnectSync();
    instance.closeSync();
  }
}

async function streamOf(connection: DuckDBConnection, sql: string) {
  // Rows in the order of the file.
  await connection.run('SET preserve_insertion_order = true');
  return connection.stream(sql);
}

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value.trim();
  const items = (value as { items?: unknown[] }).items;
  return Array.isArray(items) ? items.map((item) => String(item ?? '')) : String(value);
}

async function translating<T>(file: SourceFile, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw importError(
      file,
      `the Parquet file is damaged or cut off (${reason!.replaceAll(file.path, file.name)}); copy or download it again`,
    );
  }
}

async function isPacked(file: SourceFile): Promise<boolean> {
  for await (const chunk of await file.openStored()) return (chunk as Buffer)[0] === 0x1f;
  return false;
}

async function unpack(file: SourceFile, temporaryPath: string): Promise<string> {
  const path = join(temporaryPath, 'table.parquet');
  await pipeline(Readable.from(new Content(file)), createWriteStream(path));
  return path;
}
