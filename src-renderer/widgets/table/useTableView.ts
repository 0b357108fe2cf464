import { useMemo, useState } from 'react';
import { columnName, parseFilter, type ViewColumn } from './tableView.ts';

/** How the person looks at a table: filter, groups, hidden columns and widths. */
export interface TableView<Column> {
  /** Null while the filter is hidden. */
  filter: string | null;
  groupedBy: string | null;
  folded: ReadonlySet<string>;
  shown: Column[];
  widthOf(column: Column): number | undefined;
  setFilter(filter: string | null): void;
  setGroupedBy(columnId: string | null): void;
  toggleFolded(key: string): void;
  toggleColumn(columnId: string): void;
  setWidth(columnId: string, width: number | null): void;
}

const toggled = (set: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  new Set(set.has(id) ? [...set].filter((other) => other !== id) : [...set, id]);

export function useTableView<Row, Column extends ViewColumn<Row> & { width?: number }>(columns: readonly Column[]): TableView<Column> {
  const [filter, setFilter] = useState<string | null>(null);
  const [groupedBy, setGroupedBy] = useState<string | null>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({});
  const shown = useMemo(() => columns.filter((column) => !hidden.has(column.id)), [columns, hidden]);
  return {
    filter,
    groupedBy: columns.some((column) => column.id === groupedBy) ? groupedBy : null,
    folded,
    shown,
    widthOf: (column) => widths[column.id] ?? column.width,
    setFilter,
    setGroupedBy,
    toggleFolded: (key) => setFolded(toggled(folded, key)),
    toggleColumn: (id) => setHidden(toggled(hidden, id)),
    setWidth: (id, width) => setWidths(({ [id]: _old, ...others }) => (width === null ? others : { ...others, [id]: width })),
  };
}

/** The rows that the filter lets through. */
export function useFiltered<Row>(rows: Row[], columns: readonly ViewColumn<Row>[], filter: string | null): Row[] {
  return useMemo(() => {
    if (!filter?.trim()) return rows;
    return rows.filter(
      parseFilter(
        filter,
        columns.filter((column) => columnName(column) !== ''),
      ),
    );
  }, [rows, columns, filter]);
}
