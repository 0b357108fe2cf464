import { Menu, type MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  /** Left out: asks for a folder. */
  openWorkspace(path?: string): void;
  showWorkspaceFolder(): void;
  /** Runs a command of the workbench, by its id. */
  runCommand(id: string): void;
}

interface MenuContext {
  isMac: boolean;
  isPackaged: boolean;
  /** Without the one that is open. */
  recentWorkspaces: readonly string[];
}

type Items = MenuItemConstructorOptions[];
const line = { type: 'separator' } as const;

/** Commands of the workbench by menu; ids and keys are the workbench's own, which also takes the keys. */
export const MENU_COMMANDS = {
  importDataset: { id: 'datasets.import', label: 'Import Dataset...', keys: 'CmdOrCtrl+Shift+I' },
  newExperiment: { id: 'experiments.new', label: 'New Experiment...', keys: 'CmdOrCtrl+Alt+N' },
  save: { id: 'editor.save', label: 'Save', keys: 'CmdOrCtrl+S' },
  closeEditor: { id: 'editor.close', label: 'Close Editor', keys: 'CmdOrCtrl+W' },
  settings: { id: 'workbench.settings', label: 'Settings', keys: 'CmdOrCtrl+,' },
  commands: { id: 'workbench.showCommands', label: 'Command Palette...', keys: 'CmdOrCtrl+Shift+P' },
  theme: { id: 'workbench.chooseTheme', label: 'Colour Theme...' },
  sideBar: { id: 'workbench.toggleSideBar', label: 'Toggle Side Bar', keys: 'CmdOrCtrl+B' },
  panel: { id: 'workbench.togglePanel', label: 'Toggle Panel', keys: 'CmdOrCtrl+J' },
  zoomIn: { id: 'workbench.zoomIn', label: 'Zoom In', keys: 'CmdOrCtrl+=' },
  zoomOut: { id: 'workbench.zoomOut', label: 'Zoom Out', keys: 'CmdOrCtrl+-' },
  resetZoom: { id: 'workbench.resetZoom', label: 'Usual Zoom' },
  quickOpen: { id: 'workbench.quickOpen', label: 'Go to Run, Dataset or File...', keys: 'CmdOrCtrl+P' },
  nextEditor: { id: 'editor.next', label: 'Next Editor', keys: 'CmdOrCtrl+PageDown' },
  previousEditor: { id: 'editor.previous', label: 'Previous Editor', keys: 'CmdOrCtrl+PageUp' },
  run: { id: 'editor.run', label: 'Run This Experiment', keys: 'CmdOrCtrl+Enter' },
  showRuns: { id: 'view.runs', label: 'Show Runs' },
  walkthrough: { id: 'workbench.walkthrough', label: 'Walkthrough' },
  shortcuts: { id: 'workbench.shortcuts', label: 'Keyboard Shortcuts' },
  engines: { id: 'workspace.engines', label: 'Engines and Versions' },
  about: { id: 'help.about', label: 'About User-LLM Workbench' },
} as const;

type MenuCommand = { id: string; label: string; keys?: string };

/** The application menu. */
export function setApplicationMenu(actions: MenuActions, context: MenuContext): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, context)));
}

export function menuTemplate(actions: MenuActions, { isMac, isPackaged, recentWorkspaces }: MenuContext): Items {
  const item = ({ id, label, keys }: MenuCommand): MenuItemConstructorOptions => ({
    label,
    // Shown only: the page binds the keys, and the person may have changed them.
    ...(keys && { accelerator: keys, registerAccelerator: false }),
    click: () => actions.runCommand(id),
  });
  const recent: Items = recentWorkspaces.map((path) => ({ label: path, click: () => actions.openWorkspace(path) }));
  const c = MENU_COMMANDS;
  const file: Items = [
    item(c.importDataset),
    item(c.newExperiment),
    line,
    { label: 'Open Workspace Folder...', click: () => actions.openWorkspace() },
    { label: 'Open Recent', enabled: recent.length > 0, submenu: recent },
    { label: 'Show Workspace Folder', click: actions.showWorkspaceFolder },
    line,
    ...[c.save, c.closeEditor, c.settings].map(item),
    line,
    isMac ? { role: 'close' } : { role: 'quit' },
  ];
  const developer: Items = isPackaged ? [] : [line, { role: 'reload' }, { role: 'toggleDevTools' }];
  const view: Items = [
    ...[c.commands, c.theme].map(item),
    line,
    ...[c.sideBar, c.panel].map(item),
    line,
    ...[c.resetZoom, c.zoomIn, c.zoomOut].map(item),
    { role: 'togglefullscreen' },
    ...developer,
  ];
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { label: 'Go', submenu: [c.quickOpen, c.nextEditor, c.previousEditor].map(item) },
    { label: 'Run', submenu: [c.run, c.showRuns].map(item) },
    { role: 'windowMenu' },
    { label: 'Help', submenu: [c.walkthrough, c.shortcuts, c.engines, c.about].map(item) },
  ];
}
