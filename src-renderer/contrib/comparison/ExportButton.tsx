import { useCallback, useState } from 'react';
import type { PairedTest } from '../../../src-shared/run.ts';
import { downloadCsv, toLatex, toMarkdown } from '../../widgets/charts/exportTables.ts';
import { Button } from '../../widgets/controls.tsx';
import { download } from '../../widgets/download.ts';
import { Menu, type MenuEntry } from '../../widgets/Menu.tsx';
import { type ComparisonColumn, type ComparisonRow, displayTable, exportTable } from './comparisonTable.ts';

/** What the table shows now. */
export interface ShownTable {
  columns: ComparisonColumn[];
  rows: ComparisonRow[];
  baseline: ComparisonRow | undefined;
  tests: readonly PairedTest[];
  ofSeeds: boolean;
}

/** Writes the table as it is shown: full numbers as CSV, readable ones as Markdown or LaTeX. */
export function ExportButton({ shown }: { shown: ShownTable | null }) {
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const close = useCallback(() => setMenu(null), []);
  return (
    <>
      <Button
        icon="desktop-download"
        aria-haspopup="menu"
        disabled={!shown}
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          setMenu({ x: left, y: bottom });
        }}
      >
        Export
      </Button>
      {menu && shown && <Menu label="Export the comparison" at={menu} entries={entriesOf(shown)} onClose={close} />}
    </>
  );
}

function entriesOf({ columns, rows, baseline, tests, ofSeeds }: ShownTable): MenuEntry[] {
  const readable = () => displayTable(columns, rows, baseline, tests, ofSeeds);
  return [
    {
      id: 'csv',
      label: 'CSV, full numbers',
      icon: 'table',
      run: () => downloadCsv('comparison', exportTable(columns, rows, baseline, tests, ofSeeds)),
    },
    { id: 'markdown', label: 'Markdown', icon: 'markdown', run: () => download('comparison.md', 'text/markdown', toMarkdown(readable())) },
    {
      id: 'latex',
      label: 'LaTeX (booktabs)',
      icon: 'file-code',
      run: () => download('comparison.tex', 'application/x-tex', `% ${captionOf(baseline, ofSeeds)}\n${toLatex(readable())}`),
    },
  ];
}

function captionOf(baseline: ComparisonRow | undefined, ofSeeds: boolean): string {
  const values = ofSeeds ? 'Mean ± standard deviation over seeds.' : '';
  if (!baseline) return values || 'Comparison of runs.';
  const mark = ofSeeds ? 'the two do not overlap' : 'p < .05, paired randomisation test';
  return `${values} In brackets: difference to ${baseline.name}; *: ${mark}.`.trim();
}
