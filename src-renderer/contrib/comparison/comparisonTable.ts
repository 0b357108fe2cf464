import type { Comparison, MetricValue, PairedTest } from '../../../src-shared/run.ts';
import { metricLabel, metricText } from '../../state/metricNames.ts';
import type { TableOfNumbers } from '../../widgets/charts/exportTables.ts';
import { formatDelta, formatNumber } from '../../widgets/format.ts';

export type ComparisonRow = Comparison['rows'][number];
export type ComparisonColumn = Comparison['columns'][number];
type Cell = ComparisonRow[string];

export const isMetric = (cell: Cell | undefined): cell is MetricValue => typeof cell === 'object' && cell !== null;

export const metricOf = (column: ComparisonColumn): string => column.key.replace(/^metric\./, '');

/** A column's head: a metric's name for people; of a setting the last part of its path, where no other column ends so. */
export function columnLabel(column: ComparisonColumn, all: readonly ComparisonColumn[]): string {
  if (column.kind === 'metric') return metricLabel(metricOf(column));
  if (column.kind !== 'config') return column.label;
  const short = lastPart(column.label);
  return all.some((other) => other !== column && lastPart(other.label) === short) ? column.label : short;
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** A cell as one value: a metric's value, a setting as text. */
export function plainValue(cell: Cell | undefined): string | number | null {
  if (cell === undefined || cell === null) return null;
  if (isMetric(cell)) return cell.value;
  return typeof cell === 'boolean' ? String(cell) : cell;
}

/** Whether every row says the same in this column. */
export function isEqualColumn(column: ComparisonColumn, rows: readonly ComparisonRow[]): boolean {
  return new Set(rows.map((row) => plainValue(row[column.key]))).size <= 1;
}

const ORDER = { text: 0, metric: 1, number: 2, config: 3 };

/** The columns to show: the run first, then results, then settings; what is equal in all rows only when asked for. */
export function shownColumns({ columns, rows }: Comparison, hideEqual: boolean): ComparisonColumn[] {
  const shown = (column: ComparisonColumn) => column.key === 'name' || !hideEqual || rows.length < 2 || !isEqualColumn(column, rows);
  return columns.filter((column) => column.key !== 'status' && shown(column)).toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind]);
}

/** What a row has more than the baseline, for numbers; null where there is nothing to subtract. */
export function deltaOf(column: ComparisonColumn, row: ComparisonRow, baseline: ComparisonRow | undefined): number | null {
  if (!baseline || baseline.id === row.id || column.kind === 'config') return null;
  const mine = plainValue(row[column.key]);
  const theirs = plainValue(baseline[column.key]);
  return typeof mine === 'number' && typeof theirs === 'number' ? mine - theirs : null;
}

/** Whether a difference is to be wished for; null when it is none. */
export function isBetter(column: ComparisonColumn, delta: number): boolean | null {
  if (delta === 0) return null;
  return metricText(metricOf(column)).lowerIsBetter ? delta < 0 : delta > 0;
}

/** Whether the difference is larger than what the two intervals leave open: they do not overlap. False without intervals. */
export function isClear(column: ComparisonColumn, row: ComparisonRow, baseline: ComparisonRow): boolean {
  const [mine, theirs] = [row[column.key], baseline[column.key]];
  if (!isMetric(mine) || !isMetric(theirs) || mine.low === mine.high || theirs.low === theirs.high) return false;
  return mine.low > theirs.high || mine.high < theirs.low;
}

/** The paired test of a row's metric against the baseline, where there is one. */
export function testOf(column: ComparisonColumn, row: ComparisonRow, tests: readonly PairedTest[]): PairedTest | null {
  if (column.kind !== 'metric') return null;
  return tests.find(({ runId, metric }) => runId === row.id && metric === metricOf(column)) ?? null;
}

/** Share of equal runs that would look as different. */
const SIGNIFICANT = 0.05;

/** Whether a difference counts: by the paired test where there is one, else by the two intervals. */
export function isMarked(column: ComparisonColumn, row: ComparisonRow, baseline: ComparisonRow, tests: readonly PairedTest[]): boolean {
  const test = testOf(column, row, tests);
  return test ? test.pValue < SIGNIFICANT : isClear(column, row, baseline);
}

/** "p .031", "p < .001". */
export function pText({ pValue }: PairedTest): string {
  return pValue < 0.001 ? 'p < .001' : `p ${pValue.toFixed(3).replace(/^0/, '')}`;
}

/** What is shown, as it is shown: each metric as one text, with its difference to the baseline; an asterisk marks what counts. */
export function displayTable(
  columns: ComparisonColumn[],
  rows: readonly ComparisonRow[],
  baseline: ComparisonRow | undefined,
  tests: readonly PairedTest[],
  ofSeeds: boolean,
): TableOfNumbers {
  const text = (column: ComparisonColumn, row: ComparisonRow): string | number | null => {
    const cell = row[column.key];
    const value = plainValue(cell);
    if (typeof value !== 'number') return value;
    const deviation = ofSeeds && isMetric(cell) && cell.n > 1 ? ` ± ${formatNumber((cell.high - cell.low) / 2)}` : '';
    const delta = deltaOf(column, row, baseline);
    const mark = delta !== null && isMarked(column, row, baseline!, tests) ? '*' : '';
    return `${formatNumber(value)}${deviation}${delta === null ? '' : ` (${formatDelta(delta)}${mark})`}`;
  };
  return {
    columns: columns.map((column) => columnLabel(column, columns)),
    rows: rows.map((row) => columns.map((column) => text(column, row))),
  };
}

/** What is shown, as plain numbers; metrics with their interval and sample size, deltas beside them. */
export function exportTable(
  columns: ComparisonColumn[],
  rows: readonly ComparisonRow[],
  baseline: ComparisonRow | undefined,
  tests: readonly PairedTest[] = [],
  ofSeeds = false,
): TableOfNumbers {
  const heads = columns.flatMap((column) => {
    const label = column.kind === 'config' ? column.label : columnLabel(column, columns);
    if (column.kind !== 'metric') return [label];
    const parts = ofSeeds ? ['mean minus std', 'mean plus std', 'seeds'] : ['low', 'high', 'n'];
    return [label, ...parts.map((part) => `${label} ${part}`), ...(baseline ? [`${label} minus baseline`, `${label} paired p`] : [])];
  });
  const cells = (column: ComparisonColumn, row: ComparisonRow) => {
    const cell = row[column.key];
    if (column.kind !== 'metric') return [plainValue(cell)];
    const numbers = isMetric(cell) ? [cell.value, cell.low, cell.high, cell.n] : [null, null, null, null];
    return [...numbers, ...(baseline ? [deltaOf(column, row, baseline), testOf(column, row, tests)?.pValue ?? null] : [])];
  };
  return { columns: heads, rows: rows.map((row) => columns.flatMap((column) => cells(column, row))) };
}
