import { Menu, type MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  openWorkspace(): void;
  showWorkspaceFolder(): void;
}

/** The application menu. What the workbench itself can do is in its own menus and command palette. */
export function setApplicationMenu(actions: MenuActions, { isMac, isPackaged }: { isMac: boolean; isPackaged: boolean }): void {
  const file: MenuItemConstructorOptions[] = [
    { label: 'Open Workspace Folder...', click: actions.openWorkspace },
    { label: 'Show Workspace Folder', click: actions.showWorkspaceFolder },
    { type: 'separator' },
    isMac ? { role: 'close' } : { role: 'quit' },
  ];
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
    ...(isPackaged ? [] : ([{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }] as const)),
  ];
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
