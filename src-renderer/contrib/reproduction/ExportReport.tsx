import { useCallback, useState } from 'react';
import type { ReproducedTable } from '../../../src-shared/reproduction.ts';
import { type ReportFormat, reportText } from '../../../src-shared/reproductionReport.ts';
import { Button } from '../../widgets/controls.tsx';
import { download } from '../../widgets/download.ts';
import { Menu, type MenuEntry } from '../../widgets/Menu.tsx';

const FILES: { format: ReportFormat; label: string; icon: string; ending: string; type: string }[] = [
  { format: 'markdown', label: 'Markdown', icon: 'markdown', ending: 'md', type: 'text/markdown' },
  { format: 'csv', label: 'CSV', icon: 'table', ending: 'csv', type: 'text/csv;charset=utf-8' },
  { format: 'latex', label: 'LaTeX (booktabs)', icon: 'file-code', ending: 'tex', type: 'application/x-tex' },
  { format: 'html', label: 'HTML', icon: 'globe', ending: 'html', type: 'text/html;charset=utf-8' },
];

/** Writes all tables as `userllm reproduce all` does. */
export function ExportReport({ tables }: { tables: readonly ReproducedTable[] | null }) {
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const close = useCallback(() => setMenu(null), []);
  const entries: MenuEntry[] = FILES.map(({ format, label, icon, ending, type }) => ({
    id: format,
    label,
    icon,
    run: () => download(`reproduction.${ending}`, type, reportText(tables ?? [], format)),
  }));
  return (
    <>
      <Button
        icon="desktop-download"
        aria-haspopup="menu"
        disabled={!tables}
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          setMenu({ x: left, y: bottom });
        }}
      >
        Export
      </Button>
      {menu && <Menu label="Export the tables" at={menu} entries={entries} onClose={close} />}
    </>
  );
}
