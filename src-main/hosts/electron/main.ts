import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { app, session } from 'electron';
import { declareAppScheme, serveAppScheme } from './appProtocol.ts';
import { readAppState } from './appState.ts';
import { hardenContents, hardenSession } from './hardening.ts';
import { WorkbenchApp } from './workbenchApp.ts';

/** Program entry of the desktop app. The main process opens the window and brokers between page, backend and jobs; it computes nothing. */
function start(): void {
  const statePath = join(app.getPath('userData'), 'state.json');
  const workspacePath = chooseWorkspacePath(statePath);
  // One instance per workspace: the lock, and what the page keeps, lie in a folder of the workspace's own.
  app.setPath('userData', join(app.getPath('userData'), 'workspaces', shortHash(workspacePath)));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const handedOver: string[] = experimentFilesIn(process.argv);
  let workbench: WorkbenchApp | null = null;
  const openFile = (path: string) => (workbench ? workbench.openFile(path) : void handedOver.push(path));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openFile(path);
  });
  app.on('second-instance', (_event, argv) => {
    workbench?.show();
    experimentFilesIn(argv).forEach(openFile);
  });
  app.enableSandbox();
  declareAppScheme();
  hardenContents();
  // Windows closed with jobs going on must not end the app: WorkbenchApp decides.
  app.on('window-all-closed', () => undefined);
  void app.whenReady().then(() => {
    workbench = open(statePath, workspacePath);
    handedOver.forEach(openFile);
  });
}

function open(statePath: string, workspacePath: string): WorkbenchApp {
  hardenSession(session.defaultSession);
  serveAppScheme(join(app.getAppPath(), 'dist', 'renderer'));
  const workbench = new WorkbenchApp({ statePath, workspacePath });
  app.on('activate', () => workbench.show());
  workbench.show();
  return workbench;
}

const experimentFilesIn = (argv: readonly string[]): string[] =>
  argv.filter((arg) => arg.endsWith('.experiment.jsonc')).map((arg) => resolve(arg));

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** `--workspace=<folder>`, USERLLM_WORKSPACE, the one used last, or the default one. */
function chooseWorkspacePath(statePath: string): string {
  const given = app.commandLine.getSwitchValue('workspace') || process.env.USERLLM_WORKSPACE || readAppState(statePath).workspacePath;
  return resolve(given ?? join(homedir(), '.userllm', 'workspace'));
}

start();
