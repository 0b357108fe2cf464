import type { SourceFile } from '../files/sourceFile.ts';

/** A value of a row as text; a list where the file has one. Missing values are "". */
export type Cell = string | readonly string[];
export type TableRow = { line: number; cells: readonly Cell[] } | { line: number; problem: string };

/** A table of any kind, opened: its columns and first rows are known. */
export interface TableFile {
  readonly file: SourceFile;
  readonly columns: readonly string[];
  /** [rows][columns], at most a hundred. */
  readonly firstRows: readonly (readonly string[])[];
  /** The line of the first row. */
  readonly firstLine: number;
  /**
   * Calls `listener` once for every row, with the cells of the wanted columns in that order. Lines count from 1; in Parquet files
   * they are rows.
   * @param afterChunk called now and then with the share of the file that was read (0 to 1); what it throws ends the reading
   */
  read(wanted: readonly string[], listener: (row: TableRow) => void, afterChunk: (share: number) => void): Promise<void>;
}

export const FIRST_ROWS = 100;

export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.join('|');
}
