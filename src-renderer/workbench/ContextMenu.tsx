import { useCallback } from 'react';
import { create } from 'zustand';
import { Menu, type MenuEntry } from '../widgets/Menu.tsx';
import { isEnabled, runCommand } from './commands.ts';
import { shownKeys } from './keybindings.ts';
import { registry, type Target } from './registry.ts';

const useMenu = create<{ menu: { at: { x: number; y: number }; entries: MenuEntry[] } | null }>(() => ({ menu: null }));

/** Opens a menu of contributed commands; those that cannot act on the target are left out. */
export function showMenu(menuId: string, target: Target, at: { x: number; y: number }): void {
  const entries = registry.menuItems(menuId).flatMap(({ command: id, group }): MenuEntry[] => {
    const command = registry.commands.get(id);
    if (!command || !isEnabled(command, target)) return [];
    return [{ id, label: command.label, icon: command.icon, keys: shownKeys(command), group, run: () => runCommand(id, target) }];
  });
  if (entries.length > 0) useMenu.setState({ menu: { at, entries } });
}

export function ContextMenu() {
  const menu = useMenu((state) => state.menu);
  const close = useCallback(() => useMenu.setState({ menu: null }), []);
  return menu && <Menu label="Actions" at={menu.at} entries={menu.entries} onClose={close} />;
}
