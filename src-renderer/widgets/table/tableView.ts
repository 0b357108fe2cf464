import type { ReactNode } from 'react';
import type { TableOfNumbers } from '../charts/exportTables.ts';

/** What filtering, grouping and copying need to know of a column. */
export interface ViewColumn<Row> {
  id: string;
  header: ReactNode;
  name?: string;
  value(row: Row): string | number | null;
}

/** A column's name in plain text; empty for columns of buttons. */
export const columnName = (column: Pick<ViewColumn<never>, 'header' | 'name'>): string =>
  typeof column.header === 'string' ? column.header : (column.name ?? '');

type Predicate<Row> = (row: Row) => boolean;

const COMPARISON = /^(.+?)(<=|>=|<|>|=|:)(.+)$/;

/**
 * Rows that hold every part of the text. A part is a word that stands anywhere in the row, `column:word`, `column=value`,
 * or `column>number` (also <, <=, >=); a column is named by the beginning of its name, and quotes hold spaces together.
 */
export function parseFilter<Row>(text: string, columns: readonly ViewColumn<Row>[]): Predicate<Row> {
  const parts = [...text.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([part]) => part.replaceAll('"', ''));
  const predicates = parts.filter((part) => part !== '').map((part) => predicateOf(part, columns));
  return (row) => predicates.every((holds) => holds(row));
}

function predicateOf<Row>(part: string, columns: readonly ViewColumn<Row>[]): Predicate<Row> {
  const [, name, operator, wanted] = COMPARISON.exec(part) ?? [];
  const column = name && columns.find((each) => columnName(each).toLowerCase().startsWith(name.toLowerCase()));
  if (!column) return (row) => columns.some((each) => contains(each.value(row), part));
  return (row) => compares(column.value(row), operator!, wanted!);
}

const contains = (value: string | number | null, word: string): boolean =>
  value !== null && String(value).toLowerCase().includes(word.toLowerCase());

function compares(value: string | number | null, operator: string, wanted: string): boolean {
  if (operator === ':') return contains(value, wanted);
  if (operator === '=') return String(value ?? '').toLowerCase() === wanted.toLowerCase();
  const [left, right] = [Number(value ?? Number.NaN), Number(wanted)];
  return { '<': left < right, '>': left > right, '<=': left <= right, '>=': left >= right }[operator] ?? false;
}

/** A line on the screen: the head of a group, or a row. */
export type Line<Row> = { kind: 'group'; key: string; count: number; folded: boolean } | { kind: 'row'; row: Row };

/** Rows under the value they share, groups in the order of their first row; folded groups show their head alone. */
export function groupLines<Row>(rows: readonly Row[], keyOf: (row: Row) => string, folded: ReadonlySet<string>): Line<Row>[] {
  const groups = Map.groupBy(rows, keyOf);
  return [...groups].flatMap(([key, members]): Line<Row>[] => [
    { kind: 'group', key, count: members.length, folded: folded.has(key) },
    ...(folded.has(key) ? [] : members.map((row) => ({ kind: 'row' as const, row }))),
  ]);
}

/** The numbers and texts of a table as they are shown: its columns that have a name, its rows in their order. */
export function tableOfRows<Row>(columns: readonly ViewColumn<Row>[], rows: readonly Row[]): TableOfNumbers {
  const named = columns.filter((column) => columnName(column) !== '');
  return { columns: named.map(columnName), rows: rows.map((row) => named.map((column) => column.value(row))) };
}
