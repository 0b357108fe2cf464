// biome-ignore-all lint/a11y/useSemanticElements: rows are placed absolutely on a grid, which table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows of a plain table are not controls
import {
  type ColumnDef,
  createSortedRowModel,
  metaHelper,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useMemo, useRef } from 'react';
import { Icon } from './Icon.tsx';

export interface DataColumn<Row> {
  id: string;
  header: ReactNode;
  /** What the header is called where it is not text. */
  name?: string;
  /** What is sorted by; numbers sort as numbers. */
  value(row: Row): string | number | null;
  cell?(row: Row): ReactNode;
  /** In pixels; columns without one share what is left. */
  width?: number;
  align?: 'end';
  /** Stays at the left edge while the others scroll; for the first column. */
  sticky?: boolean;
}

interface DataTableProps<Row> {
  label: string;
  columns: DataColumn<Row>[];
  rows: Row[];
  rowId(row: Row): string;
  onOpen?(row: Row): void;
  initialSorting?: SortingState;
  sortable?: boolean;
  selectedId?: string | null;
  /** This row stays on top, whatever the order. */
  pinnedId?: string | null;
  /** Called when the last row comes into view. */
  onEnd?(): void;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
  columnMeta: metaHelper<{ align?: 'end' }>(),
});
const ROW_HEIGHT = 24;

/** A table that draws only the rows in view: ten thousand scroll as well as ten. Sorts by header; rows open by click or Enter. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { columns, rows, rowId, sortable = true } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const definitions = useMemo(() => columns.map((column) => definitionOf(column)), [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowId,
    enableSorting: sortable,
    initialState: { sorting: props.initialSorting ?? [] },
  });
  const shown = pinnedFirst(table.getRowModel().rows, props.pinnedId);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => shown[index]!.id,
    overscan: 10,
    onChange: (instance) => {
      const last = instance.getVirtualItems().at(-1);
      if (last && last.index >= shown.length - 1) props.onEnd?.();
    },
  });
  const template = columns.map((column) => (column.width ? `${column.width}px` : 'minmax(120px, 1fr)')).join(' ');
  const focusRow = (index: number) => {
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  };
  const onRowKey = (event: KeyboardEvent, index: number) => {
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to !== undefined && shown[to]) focusRow(to);
    else if (event.key === 'Enter' && props.onOpen && event.target === event.currentTarget) props.onOpen(shown[index]!.original);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={scroller} className="table-scroll" role="table" aria-label={props.label} aria-rowcount={rows.length + 1} tabIndex={0}>
      <div role="rowgroup" className="table-head">
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" className="table-row" style={{ gridTemplateColumns: template }}>
            {group.headers.map((header, at) => (
              <HeaderCell
                key={header.id}
                column={columns[at]!}
                sorted={sortable ? header.column.getIsSorted() : false}
                onSort={sortable ? (event) => header.column.getToggleSortingHandler()?.(event) : undefined}
              />
            ))}
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: 'min-content' }}>
        {virtual.getVirtualItems().map((item) => {
          const row = shown[item.index]!;
          return (
            <div
              key={row.id}
              role="row"
              data-index={item.index}
              aria-rowindex={item.index + 2}
              aria-selected={props.selectedId === undefined ? undefined : props.selectedId === row.id}
              tabIndex={props.onOpen ? (item.index === 0 ? 0 : -1) : undefined}
              className={`table-row table-body-row ${props.onOpen ? 'table-opens' : ''} ${row.id === props.pinnedId ? 'table-pinned' : ''}`}
              style={{ gridTemplateColumns: template, transform: `translateY(${item.start}px)` }}
              onClick={() => props.onOpen?.(row.original)}
              onKeyDown={(event) => onRowKey(event, item.index)}
            >
              {columns.map((column) => (
                <div key={column.id} role="cell" className={cellClass(column)}>
                  {column.cell ? column.cell(row.original) : column.value(row.original)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface HeaderCellProps {
  column: { header: ReactNode; name?: string; align?: 'end'; sticky?: boolean };
  sorted: false | 'asc' | 'desc';
  onSort?: (event: unknown) => void;
}

function HeaderCell({ column, sorted, onSort }: HeaderCellProps) {
  const ariaSort = sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined;
  return (
    <div role="columnheader" aria-sort={ariaSort} className={`${cellClass(column)} table-header`}>
      {onSort ? (
        <button type="button" className="table-sort" onClick={onSort} title={column.name}>
          <span className="ellipsis">{column.header}</span>
          {sorted && <Icon name={sorted === 'asc' ? 'arrow-up' : 'arrow-down'} />}
        </button>
      ) : (
        <span className="ellipsis">{column.header}</span>
      )}
    </div>
  );
}

const cellClass = (column: { align?: 'end'; sticky?: boolean }): string =>
  `table-cell ${column.align === 'end' ? 'table-end' : ''} ${column.sticky ? 'table-sticky' : ''}`;

function definitionOf<Row extends object>(column: DataColumn<Row>): ColumnDef<typeof features, Row> {
  return {
    id: column.id,
    accessorFn: (row) => column.value(row) ?? undefined,
    sortFn: (a, b) => compare(column.value(a.original), column.value(b.original)),
    sortUndefined: 'last',
    sortDescFirst: false,
    meta: { align: column.align },
  };
}

function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '').localeCompare(String(b ?? ''), 'en', { numeric: true });
}

function pinnedFirst<R extends { id: string }>(rows: R[], pinnedId: string | null | undefined): R[] {
  const pinned = rows.find((row) => row.id === pinnedId);
  return pinned ? [pinned, ...rows.filter((row) => row !== pinned)] : rows;
}
