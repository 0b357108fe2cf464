import { useCallback, useState } from 'react';
import { IconButton } from '../controls.tsx';
import type { DataColumn } from '../DataTable.tsx';
import { Menu } from '../Menu.tsx';
import { columnsMenu, groupMenu, mainMenu, type TableMenuState } from './tableMenus.ts';
import type { TableView } from './useTableView.ts';

interface TableMenuProps<Row> {
  label: string;
  columns: DataColumn<Row>[];
  view: TableView<DataColumn<Row>>;
  rows(): Row[];
}

/** The button in a table's corner, and the menu of what can be done with the table. */
export function TableMenu<Row>({ label, columns, view, rows }: TableMenuProps<Row>) {
  const [menu, setMenu] = useState<{ which: 'main' | 'group' | 'columns'; at: { x: number; y: number } } | null>(null);
  const close = useCallback(() => setMenu(null), []);
  const state: TableMenuState<Row> = {
    label,
    columns,
    shown: view.shown,
    rows,
    filtering: view.filter !== null,
    groupedBy: view.groupedBy,
    onFilter: () => view.setFilter(view.filter === null ? '' : null),
    onGroup: view.setGroupedBy,
    onToggleColumn: view.toggleColumn,
    open: (which) => menu && setMenu({ ...menu, which }),
  };
  const entries = { main: mainMenu, group: groupMenu, columns: columnsMenu };
  return (
    <>
      <IconButton
        icon="ellipsis"
        className="table-menu"
        label={`Filter, group, columns, copy: ${label}`}
        aria-haspopup="menu"
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          setMenu({ which: 'main', at: { x: left, y: bottom } });
        }}
      />
      {menu && <Menu key={menu.which} label={label} at={menu.at} entries={entries[menu.which](state)} onClose={close} />}
    </>
  );
}
