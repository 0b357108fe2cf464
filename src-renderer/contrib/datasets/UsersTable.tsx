import { useDeferredValue, useEffect, useState } from 'react';
import type { UserSummary } from '../../../src-shared/dataset.ts';
import { call, messageOf } from '../../state/backend.ts';
import { EmptyState, ErrorNote, SearchField } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { countOf, formatCount, formatDate } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';

const PAGE = 200;
const COLUMNS: DataColumn<UserSummary>[] = [
  { id: 'externalId', header: 'User', value: (user) => user.externalId },
  { id: 'userId', header: 'Number', width: 110, align: 'end', value: (user) => user.userId },
  { id: 'events', header: 'Events', width: 110, align: 'end', value: (user) => user.events, cell: (user) => formatCount(user.events) },
  { id: 'first', header: 'First event', width: 150, value: (user) => user.firstEventAtMs, cell: (user) => formatDate(user.firstEventAtMs) },
  { id: 'last', header: 'Last event', width: 150, value: (user) => user.lastEventAtMs, cell: (user) => formatDate(user.lastEventAtMs) },
];

interface Loaded {
  key: string;
  rows: UserSummary[];
  total: number;
}

/** Pages of users, read as they are scrolled to. */
function useUsers(name: string, search: string) {
  const key = `${name}\n${search}`;
  const [loaded, setLoaded] = useState<Loaded>({ key: '', rows: [], total: 0 });
  const [wanted, setWanted] = useState(PAGE);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    const rows = loaded.key === key ? loaded.rows : [];
    if (loaded.key === key && rows.length >= Math.min(wanted, loaded.total)) return;
    call('datasets.users', { name, search, offset: rows.length, limit: PAGE }).then(
      (page) => {
        if (!current) return;
        setError(null);
        setLoaded({ key, rows: [...rows, ...page.rows], total: page.total });
      },
      (failure) => current && setError(messageOf(failure)),
    );
    return () => {
      current = false;
    };
  }, [name, search, key, wanted, loaded]);
  const more = () => setWanted((count) => Math.max(count, loaded.rows.length + PAGE));
  return { ...loaded, ready: loaded.key === key, error, more };
}

export function UsersTable({ name }: { name: string }) {
  const [search, setSearch] = useState('');
  const users = useUsers(name, useDeferredValue(search.trim()));
  return (
    <div className="users">
      <div className="curves-bar users-bar">
        <SearchField label="Search by user id" value={search} onChange={(event) => setSearch(event.target.value)} />
        {users.ready && <span className="muted">{countOf(users.total, 'user')}; sorting goes over those that are loaded</span>}
      </div>
      {users.error && <ErrorNote message={users.error} />}
      {users.ready && users.total === 0 ? (
        <EmptyState icon="search" title="No user has this id">
          Ids are those of the file that was imported.
        </EmptyState>
      ) : (
        <DataTable
          label="Users"
          columns={COLUMNS}
          rows={users.rows}
          rowId={(user) => String(user.userId)}
          onOpen={(user) => runCommand('datasets.openUser', { datasetName: name, userId: user.userId })}
          onEnd={users.more}
        />
      )}
    </div>
  );
}
