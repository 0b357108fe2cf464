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
import { FilterBar } from './table/TableChrome.tsx';
import { HeaderCell, TableLine } from './table/TableLine.tsx';
import { TableMenu } from './table/TableMenu.tsx';
import { columnName, groupLines, type Line } from './table/tableView.ts';
import { type TableView, useFiltered, useTableView } from './table/useTableView.ts';

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

export interface DataTableProps<Row> {
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

/**
 * A table that draws only the rows in view: ten thousand scroll as well as ten. Sorts by header; rows open by click or
 * Enter. Its menu filters, groups, chooses columns and copies; the edges of its headers change widths.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { columns, rows, rowId, sortable = true } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const view = useTableView<Row, DataColumn<Row>>(columns);
  const filtered = useFiltered(rows, columns, view.filter);
  const definitions = useMemo(() => columns.map((column) => definitionOf(column)), [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data: filtered,
    getRowId: rowId,
    enableSorting: sortable,
    initialState: { sorting: props.initialSorting ?? [] },
  });
  const sorted = pinnedFirst(
    table.getRowModel().rows.map((row) => row.original),
    (row) => rowId(row) === props.pinnedId,
  );
  const lines = linesOf(sorted, columns, view);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => lineKey(lines[index]!, rowId),
    overscan: 10,
    onChange: (instance) => {
      const last = instance.getVirtualItems().at(-1);
      if (last && last.index >= lines.length - 1) props.onEnd?.();
    },
  });
  const template = `${view.shown.map((column) => trackOf(view.widthOf(column))).join(' ')} ${MENU_TRACK}`;
  const focusLine = (index: number) => {
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => {
      const line = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
      (line?.querySelector<HTMLElement>('.table-group-button') ?? line)?.focus();
    });
  };
  const onLineKey = (event: KeyboardEvent, index: number) => {
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: lines.length - 1 }[event.key];
    const line = lines[index]!;
    if (to !== undefined && lines[to]) focusLine(to);
    else if (event.key === 'Enter' && line.kind === 'row' && props.onOpen && event.target === event.currentTarget) props.onOpen(line.row);
    else return;
    event.preventDefault();
  };
  const onTableKey = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    view.setFilter(view.filter ?? '');
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the key opens what the table's menu opens, too
    <div className="table-box" onKeyDown={onTableKey}>
      {view.filter !== null && (
        <FilterBar
          value={view.filter}
          found={filtered.length}
          total={rows.length}
          onChange={view.setFilter}
          onClose={() => view.setFilter(null)}
        />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div ref={scroller} className="table-scroll" role="table" aria-label={props.label} aria-rowcount={lines.length + 1} tabIndex={0}>
        <div role="rowgroup" className="table-head">
          <div role="row" className="table-row" style={{ gridTemplateColumns: template }}>
            {view.shown.map((column) => {
              const header = table.getColumn(column.id);
              return (
                <HeaderCell
                  key={column.id}
                  column={column}
                  sorted={sortable ? (header?.getIsSorted() ?? false) : false}
                  onSort={sortable && columnName(column) !== '' ? (event) => header?.getToggleSortingHandler()?.(event) : undefined}
                  onWidth={(width) => view.setWidth(column.id, width)}
                />
              );
            })}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative', minWidth: 'min-content' }}>
          {virtual.getVirtualItems().map((item) => (
            <TableLine
              key={item.key}
              {...props}
              line={lines[item.index]!}
              index={item.index}
              start={item.start}
              template={template}
              shown={view.shown}
              onKey={onLineKey}
              onFold={view.toggleFolded}
            />
          ))}
        </div>
      </div>
      <TableMenu label={props.label} columns={columns} view={view} rows={() => sorted} />
    </div>
  );
}

/** The last column is empty: the table's menu lies over it. */
const MENU_TRACK = '44px';
const trackOf = (width: number | undefined): string => (width ? `${width}px` : 'minmax(120px, 1fr)');
const lineKey = <Row,>(line: Line<Row>, rowId: (row: Row) => string): string =>
  line.kind === 'group' ? `group:${line.key}` : rowId(line.row);

function linesOf<Row>(rows: Row[], columns: DataColumn<Row>[], view: TableView<DataColumn<Row>>): Line<Row>[] {
  const by = columns.find((column) => column.id === view.groupedBy);
  if (!by) return rows.map((row) => ({ kind: 'row', row }));
  return groupLines(rows, (row) => String(by.value(row) ?? '–'), view.folded);
}

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

function pinnedFirst<Row>(rows: Row[], isPinned: (row: Row) => boolean): Row[] {
  const pinned = rows.find(isPinned);
  return pinned ? [pinned, ...rows.filter((row) => row !== pinned)] : rows;
}
