import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { app, session } from 'electron';
import { declareAppScheme, serveAppScheme } from './appProtocol.ts';
import { readAppState } from './appState.ts';
import { hardenContents, hardenSession } from './hardening.ts';
import { WorkbenchApp } from './workbenchApp.ts';

/** Program entry of the desktop app. The main process opens the window and brokers between page, backend and jobs; it computes nothing. */
function start(): void {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  declareAppScheme();
  hardenContents();
  // Windows closed with jobs going on must not end the app: WorkbenchApp decides.
  app.on('window-all-closed', () => undefined);
  void app.whenReady().then(open);
}

function open(): void {
  hardenSession(session.defaultSession);
  serveAppScheme(join(app.getAppPath(), 'dist', 'renderer'));
  const statePath = join(app.getPath('userData'), 'state.json');
  const workbench = new WorkbenchApp({ statePath, workspacePath: chooseWorkspacePath(statePath) });
  app.on('second-instance', () => workbench.show());
  app.on('activate', () => workbench.show());
  workbench.show();
}

/** `--workspace=<folder>`, USERLLM_WORKSPACE, the one used last, or the default one. */
function chooseWorkspacePath(statePath: string): string {
  const given = app.commandLine.getSwitchValue('workspace') || process.env.USERLLM_WORKSPACE || readAppState(statePath).workspacePath;
  return resolve(given ?? join(homedir(), '.userllm', 'workspace'));
}

start();
