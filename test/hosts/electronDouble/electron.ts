import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type * as Electron from 'electron';
import type { ControlAnswer, ControlRequest, ControlState } from './control.ts';
import { closeBrowser, contentsCreated, openWindows } from './pages.ts';
import { utilities } from './utilities.ts';

/**
 * The part of Electron that the desktop host uses, over Chromium and threads. Names are checked against Electron's own types.
 * It has no sandbox, no context isolation, no real scheme: what depends on those is tested in Electron itself.
 */
export { BrowserWindow, ipcMain, protocol } from './pages.ts';
export { MessageChannelMain, utilityProcess } from './utilities.ts';

const home = process.env.USERLLM_DOUBLE_HOME!;
const dialogs: string[] = [];
const openedOutside: string[] = [];
const paths = new Map<string, string>();
const relaunches: string[][] = [];
let menu: Electron.MenuItemConstructorOptions[] = [];
let dialogResponse = 0;
const chosenFolders: string[] = [];

const appEvents = new EventEmitter();
contentsCreated.on('created', (contents) => appEvents.emit('web-contents-created', {}, contents));

export const app = {
  isPackaged: false,
  commandLine: { getSwitchValue: () => '' },
  on: (name: string, listener: (...args: unknown[]) => void) => appEvents.on(name, listener),
  requestSingleInstanceLock: () => true,
  enableSandbox: () => undefined,
  whenReady: async () => undefined,
  getAppPath: () => home,
  getPath: (name: string) => paths.get(name) ?? join(home, name),
  getVersion: () => '9.9.9',
  setPath: (name: string, path: string) => void paths.set(name, path),
  relaunch: ({ args = [] }: Electron.RelaunchOptions = {}) => void relaunches.push(args),
  addRecentDocument: () => undefined,
  quit: () => process.exit(0),
  exit: (code = 0) => void closeBrowser().then(() => process.exit(code)),
} satisfies Partial<Record<keyof Electron.App, unknown>>;

export const session = {
  defaultSession: { setPermissionRequestHandler: () => undefined, setPermissionCheckHandler: () => undefined },
} satisfies Partial<Record<keyof typeof Electron.session, unknown>>;

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
} satisfies Partial<Record<keyof Electron.Screen, unknown>>;

export const shell = {
  openExternal: async (url: string) => void openedOutside.push(url),
  openPath: async (path: string) => {
    openedOutside.push(path);
    return '';
  },
} satisfies Partial<Record<keyof Electron.Shell, unknown>>;

export const dialog = {
  showMessageBox: async (...args: unknown[]) => {
    dialogs.push((args.at(-1) as Electron.MessageBoxOptions).message);
    return { response: dialogResponse, checkboxChecked: false };
  },
  showOpenDialog: async () => ({ canceled: chosenFolders.length === 0, filePaths: chosenFolders.splice(0) }),
  showErrorBox: (title: string, content: string) => void dialogs.push(`${title}: ${content}`),
} satisfies Partial<Record<keyof Electron.Dialog, unknown>>;

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: Electron.MenuItemConstructorOptions[]) => {
    menu = template;
  },
} satisfies Partial<Record<keyof typeof Electron.Menu, unknown>>;

const nameOf = (item: Electron.MenuItemConstructorOptions): string => item.label ?? item.role ?? '';

function chooseMenu(labels: string[]): void {
  let items = menu;
  let chosen: Electron.MenuItemConstructorOptions | undefined;
  for (const label of labels) {
    chosen = items.find((item) => nameOf(item) === label);
    items = (chosen?.submenu ?? []) as Electron.MenuItemConstructorOptions[];
  }
  (chosen?.click as (() => void) | undefined)?.();
}

async function obey(request: ControlRequest): Promise<unknown> {
  const [window] = openWindows;
  if (request.type === 'evaluate') return window!.webContents.page!.evaluate(request.expression);
  if (request.type === 'close-window') return window!.close();
  if (request.type === 'answer-dialogs') dialogResponse = request.response;
  else if (request.type === 'choose-folder') chosenFolders.push(request.path);
  else if (request.type === 'crash-utility') utilities[request.index]!.kill();
  else if (request.type === 'emit-app') appEvents.emit(request.event, { preventDefault: () => undefined }, ...(request.args ?? []));
  else if (request.type === 'choose-menu') chooseMenu(request.labels);
  return describeState();
}

function describeState(): ControlState {
  return {
    windows: openWindows.size,
    utilities: utilities.map((utility) => utility.name),
    dialogs,
    menu: menu.map(nameOf),
    openedOutside,
    relaunches,
  };
}

process.on('message', (request: ControlRequest) => {
  obey(request).then(
    (value) => process.send!({ id: request.id, value } satisfies ControlAnswer),
    (error: Error) => process.send!({ id: request.id, error: error.message } satisfies ControlAnswer),
  );
});
