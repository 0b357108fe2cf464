import { exportEntries } from '../charts/exportTables.ts';
import type { MenuEntry } from '../Menu.tsx';
import { columnName, tableOfRows, type ViewColumn } from './tableView.ts';

export interface TableMenuState<Row> {
  label: string;
  /** Every column, and those that are shown. */
  columns: readonly ViewColumn<Row>[];
  shown: readonly ViewColumn<Row>[];
  /** The rows in view, as filtered and sorted. */
  rows(): readonly Row[];
  filtering: boolean;
  groupedBy: string | null;
  onFilter(): void;
  onGroup(columnId: string | null): void;
  onToggleColumn(columnId: string): void;
  /** Opens another menu in the same place. */
  open(menu: 'main' | 'group' | 'columns'): void;
}

const named = <Row>(columns: readonly ViewColumn<Row>[]) => columns.filter((column) => columnName(column) !== '');

export function mainMenu<Row>(state: TableMenuState<Row>): MenuEntry[] {
  return [
    {
      id: 'filter',
      label: state.filtering ? 'Hide the filter' : 'Filter rows',
      icon: 'filter',
      keys: 'Ctrl+F',
      group: '1',
      run: state.onFilter,
    },
    { id: 'group', label: 'Group by…', icon: 'group-by-ref-type', group: '1', run: () => state.open('group') },
    { id: 'columns', label: 'Columns…', icon: 'layout', group: '1', run: () => state.open('columns') },
    ...exportEntries(state.label, () => tableOfRows(state.shown, state.rows())),
  ];
}

export function groupMenu<Row>(state: TableMenuState<Row>): MenuEntry[] {
  const none: MenuEntry = {
    id: '',
    label: 'No groups',
    icon: state.groupedBy === null ? 'check' : undefined,
    group: '1',
    run: () => state.onGroup(null),
  };
  const columns = named(state.columns).map((column): MenuEntry => {
    const icon = state.groupedBy === column.id ? 'check' : undefined;
    return { id: column.id, label: columnName(column), icon, group: '2', run: () => state.onGroup(column.id) };
  });
  return [none, ...columns];
}

/** The last column that is shown cannot be hidden. */
export function columnsMenu<Row>(state: TableMenuState<Row>): MenuEntry[] {
  return named(state.columns).map((column) => {
    const isShown = state.shown.includes(column);
    const toggle = () => {
      if (!isShown || named(state.shown).length > 1) state.onToggleColumn(column.id);
      state.open('columns');
    };
    return { id: column.id, label: columnName(column), icon: isShown ? 'check' : undefined, run: toggle };
  });
}
