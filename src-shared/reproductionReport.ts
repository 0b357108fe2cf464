import type { ReproducedCell, ReproducedColumn, ReproducedTable } from './reproduction.ts';

export const REPORT_FORMATS = ['markdown', 'csv', 'latex', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A table as words: the head, and one line a row. Columns for which a number of the paper is at hand come with it and the difference. */
export interface Matrix {
  readonly head: string[];
  readonly lines: string[][];
}

/** What stands for a run that is still to be done, and for a value that a row does not have. */
const GAP = 'not run yet';
const NONE = '-';

export function matrixOf({ columns, rows }: ReproducedTable): Matrix {
  const withPaper = columns.map((_, at) => rows.some(({ cells }) => cells[at]!.paper !== null));
  const head = ['', ...columns.flatMap(({ label }, at) => (withPaper[at] ? [label, 'the paper', 'difference'] : [label]))];
  const lines = rows.map(({ label, cells }) => [
    label,
    ...cells.flatMap((cell, at) => (withPaper[at] ? compared(cell, columns[at]!) : [cellText(cell, columns[at]!)])),
  ]);
  return { head, lines };
}

function compared(cell: ReproducedCell, column: ReproducedColumn): string[] {
  const { value, paper } = cell;
  const difference = typeof value === 'number' && typeof paper === 'number' ? signed(value - paper, column) : NONE;
  return [cellText(cell, column), paper === null ? NONE : valueText(paper, column), difference];
}

export function cellText(cell: ReproducedCell, column: ReproducedColumn): string {
  if (cell.state === 'gap') return GAP;
  if (cell.value === null) return NONE;
  const text = valueText(cell.value, column);
  return cell.deviation === null ? text : `${text} ± ${valueText(cell.deviation, column)}`;
}

function valueText(value: number | string, { format }: ReproducedColumn): string {
  if (typeof value === 'string') return value;
  if (format === 'share') return value.toFixed(3);
  if (format === 'score') return value.toFixed(2);
  if (format === 'count') return Math.abs(value) >= 1e9 ? value.toPrecision(3) : Math.round(value).toLocaleString('en');
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

function signed(difference: number, column: ReproducedColumn): string {
  return `${difference >= 0 ? '+' : '-'}${valueText(Math.abs(difference), column)}`;
}

export function titleOf({ paper, title }: Pick<ReproducedTable, 'paper' | 'title'>): string {
  return paper === null ? title : `${paper}: ${title}`;
}

/** The whole report in one format. */
export function reportText(tables: readonly ReproducedTable[], format: ReportFormat): string {
  const parts = tables.map((table) => WRITERS[format](table, matrixOf(table)));
  if (format !== 'html') return `${parts.join('\n')}`;
  return `<!doctype html>\n<meta charset="utf-8">\n<title>User-LLM, reproduced</title>\n<style>${STYLE}</style>\n${parts.join('\n')}`;
}

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}table{border-collapse:collapse;margin:.5rem 0}th,td{padding:.25rem .6rem;border-bottom:1px solid #ccc;text-align:right}th:first-child,td:first-child{text-align:left}li{color:#555}';

const WRITERS: Record<ReportFormat, (table: ReproducedTable, matrix: Matrix) => string> = { markdown, csv, latex, html };

function markdown(table: ReproducedTable, { head, lines }: Matrix): string {
  const line = (cells: readonly string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  const rule = `|${head.map((_, at) => (at === 0 ? '---' : '---:')).join('|')}|`;
  const notes = table.notes.map((note) => `- ${note}`).join('\n');
  return `## ${titleOf(table)}\n\n${[line(head), rule, ...lines.map(line)].join('\n')}\n\n${notes}\n`;
}

/** RFC 4180; the name of the table stands in the first column of every row. */
function csv(table: ReproducedTable, { head, lines }: Matrix): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [['table', ...head], ...lines.map((cells) => [table.id, ...cells])].map((cells) => `${cells.map(field).join(',')}\n`).join('');
}

const LATEX_ESCAPES: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '±': '$\\pm$',
};

function latex(table: ReproducedTable, { head, lines }: Matrix): string {
  const quote = (text: string) => text.replace(/[\\~^±]|[&%$#_{}]/g, (character) => LATEX_ESCAPES[character] ?? `\\${character}`);
  const line = (cells: readonly string[]) => `  ${cells.map(quote).join(' & ')} \\\\`;
  const notes = table.notes.map((note) => `% ${note}`).join('\n');
  return `${notes}
\\begin{table}
  \\caption{${quote(titleOf(table))}}
  \\label{tab:${table.id}}
  \\begin{tabular}{l${'r'.repeat(head.length - 1)}}
  \\hline
${line(head)}
  \\hline
${lines.map(line).join('\n')}
  \\hline
  \\end{tabular}
\\end{table}
`;
}

function html(table: ReproducedTable, { head, lines }: Matrix): string {
  const quote = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const row = (tag: 'th' | 'td', cells: readonly string[]) => `<tr>${cells.map((text) => `<${tag}>${quote(text)}</${tag}>`).join('')}</tr>`;
  const notes = table.notes.map((note) => `<li>${quote(note)}</li>`).join('');
  const body = lines.map((cells) => row('td', cells)).join('\n');
  return `<h2 id="${table.id}">${quote(titleOf(table))}</h2>\n<table>\n<thead>${row('th', head)}</thead>\n<tbody>\n${body}\n</tbody>\n</table>\n<ul>${notes}</ul>\n`;
}
