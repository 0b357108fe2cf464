import { describe, expect, it } from 'vitest';
import type { ReproducedCell, ReproducedTable } from '../../src-shared/reproduction.ts';
import { matrixOf, reportText } from '../../src-shared/reproductionReport.ts';

const done = (value: number | string, extra: Partial<ReproducedCell> = {}): ReproducedCell => {
  return { value, deviation: null, state: 'done', paper: null, ...extra };
};
const gap: ReproducedCell = { value: null, deviation: null, state: 'gap', paper: 0.243 };
const none: ReproducedCell = { value: null, deviation: null, state: 'none', paper: null };

const table: ReproducedTable = {
  id: 'table-9',
  paper: 'Table 9',
  title: 'Encoders & strategies',
  columns: [
    { key: 'recall@10', label: 'Recall@10', format: 'share' },
    { key: 'parameters', label: 'Trained', format: 'count' },
    { key: 'text', label: 'Text', format: 'text' },
  ],
  rows: [
    { label: 'full', cells: [done(0.2, { deviation: 0.0123, paper: 0.243 }), done(1_234_567), done('A|B, "C" <D>')], experiments: [] },
    { label: 'enc', cells: [gap, none, done('50 % of_it')], experiments: [] },
  ],
  notes: ['The paper says .243.'],
};

describe('a reproduced table', () => {
  it('has the number of the paper and the difference beside every column for which one is at hand', () => {
    expect(matrixOf(table)).toEqual({
      head: ['', 'Recall@10', 'the paper', 'difference', 'Trained', 'Text'],
      lines: [
        ['full', '0.200 ± 0.012', '0.243', '-0.043', '1,234,567', 'A|B, "C" <D>'],
        ['enc', 'not run yet', '0.243', '-', '-', '50 % of_it'],
      ],
    });
  });

  it('is written as Markdown with its notes', () => {
    expect(reportText([table], 'markdown')).toBe(
      `## Table 9: Encoders & strategies

|  | Recall@10 | the paper | difference | Trained | Text |
|---|---:|---:|---:|---:|---:|
| full | 0.200 ± 0.012 | 0.243 | -0.043 | 1,234,567 | A\\|B, "C" <D> |
| enc | not run yet | 0.243 | - | - | 50 % of_it |

- The paper says .243.
`,
    );
  });

  it('is written as CSV, whose fields keep their commas and quotes', () => {
    expect(reportText([table], 'csv').split('\n').slice(0, 2)).toEqual([
      'table,,Recall@10,the paper,difference,Trained,Text',
      'table-9,full,0.200 ± 0.012,0.243,-0.043,"1,234,567","A|B, ""C"" <D>"',
    ]);
  });

  it('is written as LaTeX that typesets what TeX would take for commands', () => {
    const latex = reportText([table], 'latex');
    expect(latex).toContain('\\caption{Table 9: Encoders \\& strategies}');
    expect(latex).toContain('enc & not run yet & 0.243 & - & - & 50 \\% of\\_it \\\\');
    expect(latex).toContain('0.200 $\\pm$ 0.012');
    expect(latex).toContain('\\begin{tabular}{lrrrrr}');
  });

  it('is written as HTML that shows what looks like markup', () => {
    const html = reportText([table], 'html');
    expect(html).toContain('<h2 id="table-9">Table 9: Encoders &#38; strategies</h2>');
    expect(html).toContain('<td>A|B, &#34;C&#34; &#60;D&#62;</td>');
    expect(html.match(/<tr>/g)).toHaveLength(3);
  });
});
