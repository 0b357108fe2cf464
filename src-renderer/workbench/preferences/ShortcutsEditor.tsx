import { useMemo, useState } from 'react';
import { usePreference } from '../../state/preferences.ts';
import { IconButton, SearchField, Toggle } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { notifyError } from '../errorHelp.ts';
import { allKeybindings, conflictsOf, hasOwnKeys, setKeys } from '../keybindings.ts';
import { displayKeys } from '../keys.ts';
import { type Command, registry } from '../registry.ts';
import { KeyRecorder } from './KeyRecorder.tsx';

interface ShortcutRow {
  command: Command;
  name: string;
  keys: string[];
  own: boolean;
  /** Names of the commands that the same keys run. */
  conflicts: string[];
}

export const commandName = (command: Command): string => `${command.category}: ${command.label}`;

function shortcutRows(): ShortcutRow[] {
  const bindings = allKeybindings();
  const nameOf = (id: string) => commandName(registry.commands.get(id)!);
  return bindings.map(({ id, keys }) => ({
    command: registry.commands.get(id)!,
    name: nameOf(id),
    keys: [...keys],
    own: hasOwnKeys(id),
    conflicts: keys.length > 0 ? conflictsOf(id, keys, bindings).map(nameOf) : [],
  }));
}

function columnsFor(record: (row: ShortcutRow) => void): DataColumn<ShortcutRow>[] {
  return [
    { id: 'command', header: 'Command', value: (row) => row.name },
    { id: 'keys', header: 'Keys', width: 180, value: (row) => row.keys.join(', ') || null, cell: (row) => <Keys row={row} /> },
    { id: 'source', header: 'Set by', width: 120, value: (row) => (row.own ? 'you' : row.keys.length > 0 ? 'the workbench' : null) },
    {
      id: 'actions',
      header: '',
      name: 'Actions',
      width: 80,
      value: () => null,
      cell: (row) => <Actions row={row} onRecord={() => record(row)} />,
    },
  ];
}

function Keys({ row }: { row: ShortcutRow }) {
  const text = `The same keys run: ${row.conflicts.join('; ')}`;
  return (
    <>
      {row.keys.map((keys) => (
        <kbd key={keys}>{displayKeys(keys)}</kbd>
      ))}
      {row.conflicts.length > 0 && (
        <span className="warn" title={text}>
          <Icon name="warning" label={text} />
        </span>
      )}
    </>
  );
}

const change = (commandId: string, keys: string[] | null): void => void setKeys(commandId, keys).catch((error) => notifyError(error));

function Actions({ row, onRecord }: { row: ShortcutRow; onRecord(): void }) {
  const { id, label } = row.command;
  return (
    <>
      <IconButton icon="edit" label={`Change the keys of ${label}`} onClick={onRecord} />
      {row.keys.length > 0 && <IconButton icon="trash" label={`Remove the keys of ${label}`} onClick={() => change(id, [])} />}
      {row.own && <IconButton icon="discard" label={`Usual keys for ${label}`} onClick={() => change(id, null)} />}
    </>
  );
}

function found(rows: ShortcutRow[], search: string, conflictsOnly: boolean): ShortcutRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (row: ShortcutRow) => `${row.name} ${row.command.id} ${row.keys.join(' ')}`.toLowerCase();
  return rows.filter((row) => words.every((word) => text(row).includes(word)) && (!conflictsOnly || row.conflicts.length > 0));
}

/** Every command with its keys, which can be changed; keys that two commands share are marked. */
export default function ShortcutsEditor() {
  const [search, setSearch] = useState('');
  const [conflictsOnly, setConflictsOnly] = useState(false);
  const [recording, setRecording] = useState<ShortcutRow | null>(null);
  const own = usePreference('keyboard.shortcuts');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are read from the preferences
  const rows = useMemo(shortcutRows, [own]);
  const shown = useMemo(() => found(rows, search, conflictsOnly), [rows, search, conflictsOnly]);
  const columns = useMemo(() => columnsFor(setRecording), []);
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>Keyboard shortcuts</h1>
        <div className="page-actions">
          <Toggle label="Only conflicts" checked={conflictsOnly} onChange={setConflictsOnly} />
          <SearchField label="Search commands and keys" value={search} onChange={(event) => setSearch(event.target.value)} />
        </div>
      </header>
      {shown.length === 0 && (
        <p className="padded muted">{conflictsOnly && search === '' ? 'No two commands share keys.' : 'No command matches.'}</p>
      )}
      <DataTable
        label="Keyboard shortcuts"
        columns={columns}
        rows={shown}
        rowId={(row) => row.command.id}
        initialSorting={[{ id: 'command', desc: false }]}
      />
      {recording && (
        <KeyRecorder
          command={recording.command}
          onClose={() => setRecording(null)}
          onKeys={(keys) => {
            setRecording(null);
            change(recording.command.id, [keys]);
          }}
        />
      )}
    </div>
  );
}
