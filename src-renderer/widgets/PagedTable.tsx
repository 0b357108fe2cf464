// biome-ignore-all lint/a11y/useSemanticElements: rows are placed absolutely on a grid, which table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows of a plain table are not controls
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { ErrorNote, Loading } from './controls.tsx';
import { countOf } from './format.ts';
import { Icon } from './Icon.tsx';
import { type PagedRows, type PageOf, usePagedRows } from './pagedRows.ts';
import { ROW_HEIGHT, useRowWindow } from './rowWindow.ts';

export interface PagedColumn<Row> {
  /** What the server sorts by. */
  id: string;
  header: string;
  cell(row: Row): ReactNode;
  /** In pixels; columns without one share what is left. */
  width?: number;
  align?: 'end';
  /** Begins with the largest when it is first sorted by. */
  descendingFirst?: boolean;
}

export interface PagedSorting {
  id: string;
  descending: boolean;
}

interface PagedTableProps<Row> {
  label: string;
  columns: PagedColumn<Row>[];
  /** Names the rows that are wanted, without their order: another one starts from the top. */
  rowsKey: string;
  load(offset: number, limit: number, sorting: PagedSorting): Promise<PageOf<Row>>;
  sorting: PagedSorting;
  onSort(sorting: PagedSorting): void;
  onOpen?(row: Row): void;
  /** What one row is called: "user". */
  noun: string;
  /** Stands above the rows, before their number. */
  toolbar: ReactNode;
  /** Shown when there are no rows. */
  empty: ReactNode;
}

/** A toolbar and a table of any number of rows, sorted by the server and read page by page: ten million scroll as well as ten. */
export function PagedTable<Row extends object>(props: PagedTableProps<Row>) {
  const { rowsKey, sorting } = props;
  const pages = usePagedRows(`${rowsKey}\n${sorting.id} ${sorting.descending}`, (offset, limit) => props.load(offset, limit, sorting));
  return (
    <div className="paged">
      <div className="paged-bar">
        {props.toolbar}
        <span className="muted" role="status">
          {pages.total !== null && countOf(pages.total, props.noun)}
        </span>
      </div>
      {pages.error ? (
        <ErrorNote message={pages.error} onRetry={pages.retry} />
      ) : pages.total === null ? (
        <Loading what={`the ${props.noun}s`} />
      ) : pages.total === 0 ? (
        props.empty
      ) : (
        <Rows {...props} pages={pages} total={pages.total} />
      )}
    </div>
  );
}

function Rows<Row extends object>(props: PagedTableProps<Row> & { pages: PagedRows<Row>; total: number }) {
  const { columns, sorting, onOpen, pages, total } = props;
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  const view = useRowWindow(box, total);
  const { start, end } = view;
  const toFocus = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows begin at the top
  useEffect(() => view.moveTo(0), [props.rowsKey, sorting]);
  useEffect(() => {
    if (end > start) pages.want(start, end - 1);
  }, [pages, start, end]);
  useEffect(() => {
    const row = toFocus.current === null ? null : box?.querySelector<HTMLElement>(`[data-index="${toFocus.current}"]`);
    if (!row) return;
    toFocus.current = null;
    row.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const page = Math.max(1, view.rowsInView - 1);
    const steps = { ArrowDown: index + 1, ArrowUp: index - 1, PageDown: index + page, PageUp: index - page, Home: 0, End: total - 1 };
    const to = steps[event.key as keyof typeof steps];
    const row = pages.rowAt(index);
    if (to !== undefined) {
      toFocus.current = Math.min(total - 1, Math.max(0, to));
      view.reveal(toFocus.current);
    } else if (event.key === 'Enter' && onOpen && row) onOpen(row);
    else return;
    event.preventDefault();
  };
  const template = columns.map((column) => (column.width ? `${column.width}px` : 'minmax(120px, 1fr)')).join(' ');
  const indices = Array.from({ length: end - start }, (_, at) => start + at);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={setBox} className="table-scroll" role="table" aria-label={props.label} aria-rowcount={total + 1} tabIndex={0}>
      <div role="rowgroup" className="table-head">
        <div role="row" className="table-row" style={{ gridTemplateColumns: template }}>
          {columns.map((column) => (
            <Header key={column.id} column={column} sorting={sorting} onSort={props.onSort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ height: view.contentHeight, position: 'relative', minWidth: 'min-content' }}>
        {indices.map((index) => {
          const row = pages.rowAt(index);
          return (
            <div
              key={index}
              role="row"
              data-index={index}
              aria-rowindex={index + 2}
              aria-busy={row === undefined}
              tabIndex={onOpen ? (index === view.firstIndex ? 0 : -1) : undefined}
              className={`table-row table-body-row ${onOpen ? 'table-opens' : ''}`}
              style={{ gridTemplateColumns: template, height: ROW_HEIGHT, transform: `translateY(${view.topOf(index)}px)` }}
              onClick={() => row && onOpen?.(row)}
              onKeyDown={(event) => onKeyDown(event, index)}
            >
              {columns.map((column) => (
                <div key={column.id} role="cell" className={`table-cell ${column.align === 'end' ? 'table-end' : ''}`}>
                  {row ? column.cell(row) : <span className="muted">…</span>}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface HeaderProps {
  column: { id: string; header: string; align?: 'end'; descendingFirst?: boolean };
  sorting: PagedSorting;
  onSort(sorting: PagedSorting): void;
}

function Header({ column, sorting, onSort }: HeaderProps) {
  const isSorted = sorting.id === column.id;
  const next = isSorted ? !sorting.descending : (column.descendingFirst ?? false);
  return (
    <div
      role="columnheader"
      aria-sort={isSorted ? (sorting.descending ? 'descending' : 'ascending') : undefined}
      className={`table-cell table-header ${column.align === 'end' ? 'table-end' : ''}`}
    >
      <button type="button" className="table-sort" onClick={() => onSort({ id: column.id, descending: next })}>
        <span className="ellipsis">{column.header}</span>
        {isSorted && <Icon name={sorting.descending ? 'arrow-down' : 'arrow-up'} />}
      </button>
    </div>
  );
}
