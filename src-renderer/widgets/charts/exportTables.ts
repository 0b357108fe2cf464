import { download } from '../download.ts';
import type { MenuEntry } from '../Menu.tsx';

export interface TableOfNumbers {
  columns: string[];
  rows: (string | number | null)[][];
}

type Cell = string | number | null;

/** Comma-separated values as RFC 4180 has them. */
export function toCsv({ columns, rows }: TableOfNumbers): string {
  const cell = (value: Cell) => {
    const text = value === null ? '' : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** A Markdown table; pipes in the cells are escaped. */
export function toMarkdown({ columns, rows }: TableOfNumbers): string {
  const line = (cells: Cell[]) => `| ${cells.map((cell) => String(cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

const LATEX_SIGNS: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '±': '$\\pm$',
  '<': '$<$',
  '>': '$>$',
};

const latexText = (cell: Cell): string => String(cell ?? '').replace(/[\\~^&%$#_{}−±<>]/g, (sign) => LATEX_SIGNS[sign] ?? `\\${sign}`);

/** A LaTeX tabular with the rules of booktabs; columns of numbers stand at the right. */
export function toLatex({ columns, rows }: TableOfNumbers): string {
  const align = columns.map((_, at) => (rows.length > 0 && rows.every((row) => typeof row[at] !== 'string') ? 'r' : 'l')).join('');
  const line = (cells: Cell[]) => `  ${cells.map(latexText).join(' & ')} \\\\`;
  return [
    `\\begin{tabular}{${align}}`,
    '  \\toprule',
    line(columns),
    '  \\midrule',
    ...rows.map(line),
    '  \\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

export function downloadCsv(name: string, table: TableOfNumbers): void {
  download(`${name}.csv`, 'text/csv;charset=utf-8', toCsv(table));
}

/** The ways in which the numbers of a table or chart leave the workbench. */
export function exportEntries(name: string, table: () => TableOfNumbers): MenuEntry[] {
  const copy = (text: string) => void navigator.clipboard.writeText(text);
  return [
    { id: 'csv', label: 'Save as CSV', icon: 'table', group: '8', run: () => downloadCsv(name, table()) },
    { id: 'copy-csv', label: 'Copy as CSV', icon: 'copy', group: '9', run: () => copy(toCsv(table())) },
    { id: 'copy-markdown', label: 'Copy as Markdown', icon: 'markdown', group: '9', run: () => copy(toMarkdown(table())) },
    { id: 'copy-latex', label: 'Copy as LaTeX', icon: 'symbol-operator', group: '9', run: () => copy(toLatex(table())) },
  ];
}
