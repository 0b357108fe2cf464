/** A column of a printed table; numbers stand right, words left. */
export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Lines of aligned columns under their titles and a rule. */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) => Math.max(width(title), ...rows.map((row) => width(row[index] ?? ''))));
  const line = (cells: readonly string[]) =>
    columns.map((column, index) => pad(cells[index] ?? '', widths[index]!, column.align)).join('  ');
  const rule = widths.map((length) => '-'.repeat(length)).join('  ');
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)].map((text) => `${text.trimEnd()}\n`).join('');
}

/** Two columns without titles: what it is, and its value. */
export function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const longest = Math.max(0, ...pairs.map(([name]) => width(name)));
  return pairs.map(([name, value]) => `${pad(name, longest)}  ${value}\n`).join('');
}

function pad(text: string, length: number, align: TableColumn['align'] = 'left'): string {
  const space = ' '.repeat(Math.max(0, length - width(text)));
  return align === 'right' ? space + text : text + space;
}

/** Columns of a terminal that a text takes: East Asian wide characters take two, combining marks none. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(character)
      ? 2
      : 1;
  }
  return columns;
}
