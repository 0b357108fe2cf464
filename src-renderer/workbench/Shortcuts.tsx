import { useMemo, useState } from 'react';
import { SearchField } from '../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../widgets/DataTable.tsx';
import { displayKeys } from './keys.ts';
import { type Command, registry } from './registry.ts';

const COLUMNS: DataColumn<Command>[] = [
  { id: 'command', header: 'Command', value: (command) => `${command.category}: ${command.label}` },
  {
    id: 'keys',
    header: 'Keys',
    width: 280,
    value: (command) => command.keys?.join(', ') ?? null,
    cell: (command) => command.keys?.map((keys) => <kbd key={keys}>{displayKeys(keys)}</kbd>),
  },
];

/** Every command with its keys. */
export default function Shortcuts() {
  const [search, setSearch] = useState('');
  const rows = useMemo(() => {
    const wanted = search.toLowerCase();
    const text = (command: Command) => `${command.category}: ${command.label} ${command.keys?.join(' ') ?? ''}`.toLowerCase();
    return [...registry.commands.values()].filter((command) => text(command).includes(wanted));
  }, [search]);
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>Keyboard shortcuts</h1>
        <SearchField label="Search commands and keys" value={search} onChange={(event) => setSearch(event.target.value)} />
      </header>
      <DataTable
        label="Keyboard shortcuts"
        columns={COLUMNS}
        rows={rows}
        rowId={(command) => command.id}
        initialSorting={[{ id: 'command', desc: false }]}
      />
    </div>
  );
}
