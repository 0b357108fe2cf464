import { app, type BrowserWindow, dialog, ipcMain, MessageChannelMain, shell, type WebContents } from 'electron';
import { START_URL } from './appProtocol.ts';
import { type AppState, readAppState, writeAppState } from './appState.ts';
import { type Activity, BackendProcess } from './backendProcess.ts';
import { CONNECT_CHANNEL, PORT_CHANNEL } from './channels.ts';
import { setApplicationMenu } from './menu.ts';
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

  constructor(options: { statePath: string; workspacePath: string }) {
    this.statePath = options.statePath;
    this.state = readAppState(options.statePath);
    this.workspacePath = options.workspacePath;
    this.backend = this.startBackend();
    ipcMain.on(CONNECT_CHANNEL, ({ sender, senderFrame }) => {
      const isOwn = sender === this.window?.webContents && (senderFrame?.url.startsWith(START_URL) ?? false);
      if (isOwn) this.connect(sender);
    });
    app.on('before-quit', (event) => {
      event.preventDefault();
      this.requestQuit();
    });
    setApplicationMenu(
      { openWorkspace: () => void this.chooseWorkspace(), showWorkspaceFolder: () => void shell.openPath(this.workspacePath) },
      { isMac: process.platform === 'darwin', isPackaged: app.isPackaged },
    );
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

  /** The menu, a key or the system asks to quit: the same question as when the window is closed. */
  private requestQuit(): void {
    if (this.window && this.hasJobs()) this.window.close();
    else void this.quit();
  }

  private hasJobs(): boolean {
    return this.backend.activity.imports + this.backend.activity.runs > 0;
  }

  private openWindow(): BrowserWindow {
    const window = openWorkbenchWindow(this.state.window);
    window.on('close', (event) => {
      this.remember({ window: describeWindow(window) });
      if (this.quitting || this.endsWithJobs || !this.hasJobs()) return;
      event.preventDefault();
      void this.askAboutJobs(window);
    });
    window.on('closed', () => {
      this.window = null;
      if (!this.endsWithJobs && process.platform !== 'darwin') void this.quit();
    });
    return window;
  }

  /** Closing asks whether running jobs go on. */
  private async askAboutJobs(window: BrowserWindow): Promise<void> {
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
    if (response !== 0) return;
    this.endsWithJobs = true;
    window.close();
    // They may have ended while the question was open.
    if (!this.hasJobs()) await this.quit();
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

  /** Resolves to whether another workspace was opened. */
  private async chooseWorkspace(): Promise<boolean> {
    const { filePaths } = await dialog.showOpenDialog({ title: 'Open Workspace Folder', properties: ['openDirectory', 'createDirectory'] });
    const [chosen] = filePaths;
    if (chosen === undefined || chosen === this.workspacePath) return false;
    this.remember({ workspacePath: chosen });
    this.workspacePath = chosen;
    await this.backend.close();
    this.backend = this.startBackend();
    this.window?.reload();
    return true;
  }

  private remember(change: Partial<AppState>): void {
    this.state = { ...this.state, ...change };
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
