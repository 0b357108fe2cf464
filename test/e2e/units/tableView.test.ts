import { describe, expect, it } from 'vitest';
import { toLatex } from '../../../src-renderer/widgets/charts/exportTables.ts';
import { columnName, groupLines, parseFilter, tableOfRows } from '../../../src-renderer/widgets/table/tableView.ts';

interface Run {
  name: string;
  layers: number;
  loss: number | null;
}
const columns = [
  { id: 'name', header: 'Run', value: (run: Run) => run.name },
  { id: 'layers', header: 'layers', value: (run: Run) => run.layers },
  { id: 'loss', header: 'test loss', value: (run: Run) => run.loss },
  { id: 'actions', header: '', value: () => null },
];
const rows: Run[] = [
  { name: 'gated', layers: 2, loss: 0.9 },
  { name: 'ungated', layers: 2, loss: null },
  { name: 'No user', layers: 4, loss: 1.25 },
];
const found = (text: string) => rows.filter(parseFilter(text, columns)).map((run) => run.name);

describe('the filter of a table', () => {
  it.each([
    ['', ['gated', 'ungated', 'No user']],
    ['gated', ['gated', 'ungated']],
    ['GATED 0.9', ['gated']],
    ['run=gated', ['gated']],
    ['run:"no user"', ['No user']],
    ['layers>2', ['No user']],
    ['layers>=2 test<1', ['gated']],
    ['loss>=0', []],
    ['nothing:here', []],
  ])('"%s" finds %j', (text, names) => {
    expect(found(text)).toEqual(names);
  });
});

describe('the groups of a table', () => {
  const byLayers = (folded: string[]) => groupLines(rows, (run) => String(run.layers), new Set(folded));

  it('keep the order of the rows, and say how many there are', () => {
    const shown = byLayers([]).map((line) => (line.kind === 'group' ? `${line.key} (${line.count})` : line.row.name));
    expect(shown).toEqual(['2 (2)', 'gated', 'ungated', '4 (1)', 'No user']);
  });

  it('show their head alone when they are folded', () => {
    expect(byLayers(['2']).map((line) => line.kind)).toEqual(['group', 'group', 'row']);
  });
});

describe('a copied table', () => {
  it('leaves out columns without a name', () => {
    expect(tableOfRows(columns, rows.slice(1))).toEqual({
      columns: ['Run', 'layers', 'test loss'],
      rows: [
        ['ungated', 2, null],
        ['No user', 4, 1.25],
      ],
    });
    expect(columnName({ header: null, name: 'Actions' })).toBe('Actions');
  });

  it('is LaTeX that compiles: signs are escaped, numbers stand at the right', () => {
    expect(
      toLatex({
        columns: ['a_b', 'p < 5 %'],
        rows: [
          ['50 % & \\ {x}', 1.5],
          ['~', null],
        ],
      }),
    ).toBe(
      [
        '\\begin{tabular}{lr}',
        '  \\toprule',
        '  a\\_b & p $<$ 5 \\% \\\\',
        '  \\midrule',
        '  50 \\% \\& \\textbackslash{} \\{x\\} & 1.5 \\\\',
        '  \\textasciitilde{} &  \\\\',
        '  \\bottomrule',
        '\\end{tabular}',
        '',
      ].join('\n'),
    );
  });
});
