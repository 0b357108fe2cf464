import { useDeferredValue, useState } from 'react';
import type { UserSummary } from '../../../src-shared/dataset.ts';
import { call } from '../../state/backend.ts';
import { EmptyState, SearchField } from '../../widgets/controls.tsx';
import { formatCount, formatDate } from '../../widgets/format.ts';
import { type PagedColumn, type PagedSorting, PagedTable } from '../../widgets/PagedTable.tsx';
import { runCommand } from '../../workbench/commands.ts';

type UserKey = keyof UserSummary;

const COLUMNS: (PagedColumn<UserSummary> & { id: UserKey })[] = [
  { id: 'externalId', header: 'Id in the source', cell: (user) => user.externalId },
  { id: 'userId', header: 'User number', width: 130, align: 'end', cell: (user) => formatCount(user.userId) },
  { id: 'events', header: 'Events', width: 110, align: 'end', descendingFirst: true, cell: (user) => formatCount(user.events) },
  { id: 'firstEventAtMs', header: 'First event', width: 150, cell: (user) => formatDate(user.firstEventAtMs) },
  { id: 'lastEventAtMs', header: 'Last event', width: 150, descendingFirst: true, cell: (user) => formatDate(user.lastEventAtMs) },
];

/** Everyone in a dataset; a row opens the user's timeline. */
export function UsersTable({ name, version }: { name: string; version: string }) {
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const [sorting, setSorting] = useState<PagedSorting>({ id: 'userId', descending: false });
  return (
    <PagedTable
      label="Users"
      columns={COLUMNS}
      noun="user"
      toolbar={<SearchField label="Search by user id" value={typed} onChange={(event) => setTyped(event.target.value)} />}
      rowsKey={`${version}\n${search}`}
      sorting={sorting}
      onSort={setSorting}
      load={(offset, limit, { id, descending }) => call('datasets.users', { name, search, sort: id as UserKey, descending, offset, limit })}
      onOpen={(user) => runCommand('datasets.openUser', { datasetName: name, userId: user.userId })}
      empty={
        <EmptyState icon="search" title="No user has this id">
          Ids are those of the file that was imported.
        </EmptyState>
      }
    />
  );
}
