import { download } from '../download.ts';

export interface TableOfNumbers {
  columns: string[];
  rows: (string | number | null)[][];
}

/** Comma-separated values as RFC 4180 has them. */
export function toCsv({ columns, rows }: TableOfNumbers): string {
  const cell = (value: string | number | null) => {
    const text = value === null ? '' : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** A Markdown table; pipes in the cells are escaped. */
export function toMarkdown({ columns, rows }: TableOfNumbers): string {
  const line = (cells: (string | number | null)[]) => `| ${cells.map((cell) => String(cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

export function downloadCsv(name: string, table: TableOfNumbers): void {
  download(`${name}.csv`, 'text/csv;charset=utf-8', toCsv(table));
}
