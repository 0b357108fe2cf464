import { existsSync } from 'node:fs';
import { app, type BrowserWindow, dialog, ipcMain, MessageChannelMain, shell, type WebContents } from 'electron';
import type { HostMessage } from '../../../src-shared/hostMessages.ts';
import { START_URL } from './appProtocol.ts';
import { type AppState, readAppState, withRecent, writeAppState } from './appState.ts';
import { type Activity, BackendProcess } from './backendProcess.ts';
import { CONNECT_CHANNEL, HOST_CHANNEL, PORT_CHANNEL, READY_CHANNEL, SETTLED_CHANNEL, UNSAVED_CHANNEL } from './channels.ts';
import { setApplicationMenu } from './menu.ts';
import { UnsavedChanges } from './unsavedChanges.ts';
import { describeWindow, openWorkbenchWindow } from './workbenchWindow.ts';

const MAX_RESTARTS = 3;
const RESTART_WINDOW_MS = 60_000;

/** The running application: one window, one backend, and what happens when either goes. */
export class WorkbenchApp {
  private readonly statePath: string;
  private state: AppState;
  private workspacePath: string;
  private backend: BackendProcess;
  private window: BrowserWindow | null = null;
  private readonly restartsAtMs: number[] = [];
  /** The window is closed on purpose and the app ends when the last job has. */
  private endsWithJobs = false;
  private quitting = false;
  /** Closing the window ends the app also where windows usually come and go. */
  private quitsWhenClosed = false;
  /** A question about leaving is open. */
  private isAsking = false;
  private readonly unsaved = new UnsavedChanges((message) => this.say(message));
  /** For a page that is not ready yet. */
  private readonly unheard: HostMessage[] = [];
  private pageReady = false;

  constructor(options: { statePath: string; workspacePath: string }) {
    this.statePath = options.statePath;
    this.state = readAppState(options.statePath);
    this.workspacePath = options.workspacePath;
    this.backend = this.startBackend();
    ipcMain.on(CONNECT_CHANNEL, ({ sender, senderFrame }) => {
      if (this.isOwnPage(sender, senderFrame?.url)) this.connect(sender);
    });
    ipcMain.on(READY_CHANNEL, ({ sender, senderFrame }) => {
      if (this.isOwnPage(sender, senderFrame?.url)) this.sayUnheard();
    });
    ipcMain.on(UNSAVED_CHANNEL, ({ sender, senderFrame }, titles) => {
      if (this.isOwnPage(sender, senderFrame?.url)) this.unsaved.setTitles(titles);
    });
    ipcMain.on(SETTLED_CHANNEL, ({ sender, senderFrame }, request, isSettled) => {
      if (this.isOwnPage(sender, senderFrame?.url)) this.unsaved.settle(request, isSettled);
    });
    app.on('before-quit', (event) => {
      event.preventDefault();
      this.requestQuit();
    });
    this.remember({ workspacePath: this.workspacePath, recentWorkspaces: withRecent(this.state.recentWorkspaces, this.workspacePath) });
    this.setMenu();
  }

  private isOwnPage(sender: WebContents, url: string | undefined): boolean {
    return sender === this.window?.webContents && (url?.startsWith(START_URL) ?? false);
  }

  private setMenu(): void {
    const others = this.state.recentWorkspaces.filter((path) => path !== this.workspacePath && existsSync(path));
    setApplicationMenu(
      {
        openWorkspace: (path) => void this.chooseWorkspace(path),
        showWorkspaceFolder: () => void shell.openPath(this.workspacePath),
        runCommand: (id) => this.say({ type: 'command', id }),
      },
      { isMac: process.platform === 'darwin', isPackaged: app.isPackaged, recentWorkspaces: others },
    );
  }

  /** Opens a file that the system handed over, in the window. */
  openFile(path: string): void {
    this.show();
    this.say({ type: 'open', path });
  }

  private say(message: HostMessage): void {
    if (this.pageReady && this.window) this.window.webContents.send(HOST_CHANNEL, message);
    else this.unheard.push(message);
  }

  private sayUnheard(): void {
    this.pageReady = true;
    for (const message of this.unheard.splice(0)) this.say(message);
  }

  /** Shows the window, opening it where there is none. */
  show(): void {
    this.endsWithJobs = false;
    if (!this.window) this.window = this.openWindow();
    else if (this.window.isMinimized()) this.window.restore();
    this.window.focus();
  }

  /** Ends jobs and backend in order, then the app. */
  async quit(): Promise<void> {
    if (this.quitting) return;
    this.quitting = true;
    this.window?.hide();
    await this.backend.close();
    this.window?.destroy();
    app.exit(0);
  }

  /** The menu, a key or the system asks to quit: the same questions as when the window is closed. */
  private requestQuit(): void {
    this.quitsWhenClosed = true;
    if (this.window && this.mustAsk()) this.window.close();
    else void this.quit();
  }

  private hasJobs(): boolean {
    return this.backend.activity.imports + this.backend.activity.runs > 0;
  }

  /** Whether something would be lost or ended without a question. */
  private mustAsk(): boolean {
    return this.hasJobs() || this.unsaved.titles.length > 0;
  }

  private openWindow(): BrowserWindow {
    const window = openWorkbenchWindow(this.state.window);
    window.on('close', (event) => {
      this.remember({ window: describeWindow(window) });
      if (this.quitting || this.endsWithJobs || !this.mustAsk()) return;
      event.preventDefault();
      void this.askBeforeClosing(window);
    });
    window.on('closed', () => {
      this.window = null;
      this.pageReady = false;
      this.unsaved.forget();
      if (!this.endsWithJobs && (this.quitsWhenClosed || process.platform !== 'darwin')) void this.quit();
    });
    return window;
  }

  /** Closing asks what becomes of unsaved changes, then whether running jobs go on. */
  private async askBeforeClosing(window: BrowserWindow): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const isClosing = (await this.unsaved.mayLeave(window)) && (!this.hasJobs() || (await this.askAboutJobs(window)));
    this.isAsking = false;
    if (isClosing) window.close();
    else this.quitsWhenClosed = false;
    // They may have ended while the question was open.
    if (this.endsWithJobs && !this.hasJobs()) await this.quit();
  }

  /** Whether the window is to be closed, with its jobs going on. */
  private async askAboutJobs(window: BrowserWindow): Promise<boolean> {
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: describeActivity(this.backend.activity),
      detail:
        'They can go on without the window; the workbench then ends when they have. Stopped runs save a checkpoint and can be resumed.',
      buttons: ['Let Them Go On', 'Stop Them and Quit', 'Cancel'],
      defaultId: 0,
      cancelId: 2,
    });
    if (response === 1) await this.quit();
    this.endsWithJobs = response === 0;
    return this.endsWithJobs;
  }

  /** Another workspace means another start of the app: whether this one may end. */
  private async mayLeaveWorkspace(): Promise<boolean> {
    if (!this.window) return true;
    if (!(await this.unsaved.mayLeave(this.window))) return false;
    if (!this.hasJobs()) return true;
    const { response } = await dialog.showMessageBox(this.window, {
      type: 'question',
      message: describeActivity(this.backend.activity),
      detail: 'Another workspace ends them. Stopped runs save a checkpoint and can be resumed.',
      buttons: ['Stop Them and Switch', 'Cancel'],
      defaultId: 1,
      cancelId: 1,
    });
    return response === 0;
  }

  private startBackend(): BackendProcess {
    return new BackendProcess({
      workspacePath: this.workspacePath,
      version: app.getVersion(),
      onActivity: () => {
        if (this.endsWithJobs && !this.hasJobs()) void this.quit();
      },
      onRefused: (reason) => void this.askForAnotherWorkspace(reason),
      onLost: (reason) => this.recoverBackend(reason),
    });
  }

  private connect(contents: WebContents): void {
    const { port1, port2 } = new MessageChannelMain();
    this.backend.connect(port1);
    contents.postMessage(PORT_CHANNEL, null, [port2]);
  }

  /** A crashed backend is started again and the page gets a new line to it; one that keeps crashing ends the app. */
  private recoverBackend(reason: string): void {
    if (this.quitting) return;
    const now = Date.now();
    this.restartsAtMs.push(now);
    if (this.restartsAtMs.filter((atMs) => now - atMs < RESTART_WINDOW_MS).length > MAX_RESTARTS) {
      dialog.showErrorBox('User-LLM Workbench cannot go on', reason);
      app.exit(1);
      return;
    }
    this.backend = this.startBackend();
    if (this.window) this.connect(this.window.webContents);
    this.say({
      type: 'notice',
      text: `${sentence(reason)} and was started again. What you have open is still there; runs that were going on can be resumed.`,
    });
  }

  private async askForAnotherWorkspace(reason: string): Promise<void> {
    const buttons = ['Open Another Folder...', 'Quit'];
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message: 'The workspace could not be opened',
      detail: reason,
      buttons,
    });
    if (response === 0 && (await this.chooseWorkspace())) return;
    await this.quit();
  }

  /** Starts the app anew on another workspace, the one asked for where none is given. Resolves to whether there is one. */
  private async chooseWorkspace(path?: string): Promise<boolean> {
    const chosen = path ?? (await askForFolder());
    if (chosen === undefined || chosen === this.workspacePath || !(await this.mayLeaveWorkspace())) return false;
    this.remember({ workspacePath: chosen });
    app.relaunch({ args: [...process.argv.slice(1).filter((arg) => !arg.startsWith('--workspace')), `--workspace=${chosen}`] });
    await this.quit();
    return true;
  }

  private remember(change: Partial<AppState>): void {
    // Another instance, on another workspace, may have written meanwhile.
    this.state = { ...readAppState(this.statePath), ...change };
    writeAppState(this.statePath, this.state);
  }
}

function describeActivity({ imports, runs }: Activity): string {
  const parts = [
    runs > 0 ? `${runs} ${runs === 1 ? 'run' : 'runs'}` : '',
    imports > 0 ? `${imports} ${imports === 1 ? 'import' : 'imports'}` : '',
  ];
  return `${parts.filter((part) => part !== '').join(' and ')} still going on`;
}

async function askForFolder(): Promise<string | undefined> {
  const { filePaths } = await dialog.showOpenDialog({ title: 'Open Workspace Folder', properties: ['openDirectory', 'createDirectory'] });
  return filePaths[0];
}

const sentence = (reason: string): string => reason.charAt(0).toUpperCase() + reason.slice(1);
