// biome-ignore-all lint/a11y/useSemanticElements: rows are placed absolutely on a grid, which table elements cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows of a plain table are not controls
import type { KeyboardEvent } from 'react';
import type { DataColumn, DataTableProps } from '../DataTable.tsx';
import { Icon } from '../Icon.tsx';
import { ColumnEdge, widthByKey } from './TableChrome.tsx';
import { columnName, type Line } from './tableView.ts';

interface TableLineProps<Row> extends DataTableProps<Row> {
  line: Line<Row>;
  index: number;
  start: number;
  template: string;
  shown: DataColumn<Row>[];
  onKey(event: KeyboardEvent, index: number): void;
  onFold(key: string): void;
}

/** A row, or the head of a group, which unfolds it. */
export function TableLine<Row>({ line, index, start, template, shown, ...props }: TableLineProps<Row>) {
  const transform = `translateY(${start}px)`;
  const onKeyDown = (event: KeyboardEvent) => props.onKey(event, index);
  if (line.kind === 'group')
    return (
      <div
        role="row"
        data-index={index}
        aria-rowindex={index + 2}
        className="table-row table-body-row table-group"
        style={{ transform }}
        onKeyDown={onKeyDown}
      >
        <div role="cell" className="table-cell">
          <button
            type="button"
            className="table-sort table-group-button"
            aria-expanded={!line.folded}
            onClick={() => props.onFold(line.key)}
          >
            <Icon name={line.folded ? 'chevron-right' : 'chevron-down'} />
            <span className="ellipsis">{line.key}</span> <span className="muted numeric">{line.count}</span>
          </button>
        </div>
      </div>
    );
  const { row } = line;
  const id = props.rowId(row);
  return (
    <div
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={props.selectedId === undefined ? undefined : props.selectedId === id}
      tabIndex={props.onOpen ? (index === 0 ? 0 : -1) : undefined}
      className={`table-row table-body-row ${props.onOpen ? 'table-opens' : ''} ${id === props.pinnedId ? 'table-pinned' : ''}`}
      style={{ gridTemplateColumns: template, transform }}
      onClick={() => props.onOpen?.(row)}
      onKeyDown={onKeyDown}
    >
      {shown.map((column) => (
        <div key={column.id} role="cell" className={cellClass(column)}>
          {column.cell ? column.cell(row) : <PlainCell value={column.value(row)} />}
        </div>
      ))}
    </div>
  );
}

/** A text that is too long ends in an ellipsis, and is whole in its tooltip. */
function PlainCell({ value }: { value: string | number | null }) {
  return (
    <span className="ellipsis" title={typeof value === 'string' ? value : undefined}>
      {value}
    </span>
  );
}

interface HeaderCellProps {
  column: Pick<DataColumn<never>, 'header' | 'name' | 'align' | 'sticky'>;
  sorted: false | 'asc' | 'desc';
  onSort?: (event: unknown) => void;
  onWidth(width: number | null): void;
}

/** A column's name, which sorts by it, and its edge. */
export function HeaderCell({ column, sorted, onSort, onWidth }: HeaderCellProps) {
  const ariaSort = sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined;
  const name = columnName(column);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const width = widthByKey(event);
    if (width === null) return;
    event.preventDefault();
    onWidth(width);
  };
  return (
    <div role="columnheader" aria-sort={ariaSort} className={`${cellClass(column)} table-header`} onKeyDown={onKeyDown}>
      {onSort ? (
        <button
          type="button"
          className="table-sort"
          onClick={onSort}
          title={`${column.name ?? name} (Shift and arrow keys change the width)`}
        >
          <span className="ellipsis">{column.header}</span>
          {sorted && <Icon name={sorted === 'asc' ? 'arrow-up' : 'arrow-down'} />}
        </button>
      ) : (
        <span className="ellipsis">{column.header}</span>
      )}
      {name !== '' && <ColumnEdge onWidth={onWidth} />}
    </div>
  );
}

const cellClass = (column: { align?: 'end'; sticky?: boolean }): string =>
  `table-cell ${column.align === 'end' ? 'table-end' : ''} ${column.sticky ? 'table-sticky' : ''}`;
