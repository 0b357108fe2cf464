import { useDeferredValue, useMemo, useState } from 'react';
import type { ItemSummary } from '../../../src-shared/dataset.ts';
import { call } from '../../state/backend.ts';
import { EmptyState, SearchField } from '../../widgets/controls.tsx';
import { formatCount } from '../../widgets/format.ts';
import { type PagedColumn, type PagedSorting, PagedTable } from '../../widgets/PagedTable.tsx';
import { useCategoryNoun, withCategoryHeading } from './categories.ts';

type ItemKey = keyof ItemSummary;

const COLUMNS: (PagedColumn<ItemSummary> & { id: ItemKey })[] = [
  {
    id: 'title',
    header: 'Title',
    cell: (item) => (
      <span className="ellipsis" title={item.title}>
        {item.title}
      </span>
    ),
  },
  {
    id: 'genre',
    header: 'Genre',
    width: 150,
    cell: (item) => (
      <span className="ellipsis" title={item.genre}>
        {item.genre}
      </span>
    ),
  },
  { id: 'events', header: 'Events', width: 110, align: 'end', descendingFirst: true, cell: (item) => formatCount(item.events) },
  {
    id: 'externalId',
    header: 'Id in the source',
    width: 150,
    cell: (item) => (
      <span className="ellipsis" title={item.externalId}>
        {item.externalId}
      </span>
    ),
  },
];

/** The catalogue of a dataset with how often each item was met. */
export function ItemsTable({ name, version }: { name: string; version: string }) {
  const noun = useCategoryNoun(name);
  const columns = useMemo(() => withCategoryHeading(COLUMNS, noun), [noun]);
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const [sorting, setSorting] = useState<PagedSorting>({ id: 'events', descending: true });
  return (
    <PagedTable
      label="Items"
      columns={columns}
      noun="item"
      toolbar={<SearchField label="Search by title or id" value={typed} onChange={(event) => setTyped(event.target.value)} />}
      rowsKey={`${version}\n${search}`}
      sorting={sorting}
      onSort={setSorting}
      load={(offset, limit, { id, descending }) => call('datasets.items', { name, search, sort: id as ItemKey, descending, offset, limit })}
      empty={
        <EmptyState icon="search" title="No item is called like this">
          The search looks at titles, and at ids of the file that was imported.
        </EmptyState>
      }
    />
  );
}
