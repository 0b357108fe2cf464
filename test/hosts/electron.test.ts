import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { electronBinary, hasDisplay, root } from '../../scripts/paths.mjs';
import { readAppState, withRecent } from '../../src-main/hosts/electron/appState.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { buildMainBundle, WorkbenchInDouble } from './electronDouble/workbenchInDouble.ts';

/** A Chromium starts in a second, or in many when others use the machine. */
const PATIENCE_MS = 100_000;

let home: string;
let workbench: WorkbenchInDouble;

// One window for all tests, which go through its life in order.
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'userllm-desktop-'));
  await buildMainBundle();
  workbench = new WorkbenchInDouble(home);
  await until('window.portCount === 1');
}, PATIENCE_MS);
afterAll(() => {
  workbench.kill();
  rmSync(home, { recursive: true, force: true });
});

/** Waits until an expression is true in the page; before there is a page, it is not. */
function until(expression: string): Promise<unknown> {
  const isTrue = async () => (await workbench.evaluate(expression).catch(() => false)) === true;
  return vi.waitUntil(isTrue, { timeout: PATIENCE_MS, interval: 50 });
}

/** A MovieLens folder so small that its import is over at once. */
function writeRatings(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: 40 }, (_, row) => `${1 + (row % 4)},${1 + (row % 7)},${3 + (row % 3)},${1e9 + row}`);
  writeFileSync(join(folder, 'ratings.csv'), `userId,movieId,rating,timestamp\n${rows.join('\n')}\n`);
  const movies = Array.from({ length: 7 }, (_, movie) => `${movie + 1},Film ${movie} (1990),Drama`);
  writeFileSync(join(folder, 'movies.csv'), `movieId,title,genres\n${movies.join('\n')}\n`);
  return folder;
}

const pretraining = { steps: 4, batchSize: 4 };
const endlessExperiment = JSON.stringify({
  name: 'endless',
  dataset: 'films',
  history: { embedded: 4 },
  encoder: { dModel: 8, numLayers: 1, numHeads: 2, pretraining },
  languageModel: { vocabularySize: 300, dModel: 8, numLayers: 1, numHeads: 2, pretraining },
  integration: { projectionSize: 8, numHeads: 2 },
  training: { steps: 1_000_000, batchSize: 4, validateEvery: 1000 },
});

describe('the desktop host', { timeout: PATIENCE_MS }, () => {
  it('shows the page over its own scheme, with a port to the backend process', async () => {
    expect(await workbench.evaluate('document.title')).toBe('Small page');
    expect(await workbench.call('workspace.info')).toMatchObject({ path: workbench.workspacePath, version: '9.9.9' });
    expect(await workbench.evaluate('window.userllmHost.kind')).toBe('electron');
    expect(await workbench.evaluate("window.userllmHost.pathForFile(new File([], 'ratings.csv'))")).toBe('/dropped/ratings.csv');
    const policy = await workbench.evaluate("fetch('/main.js').then((answer) => answer.headers.get('content-security-policy'))");
    expect(policy).toContain("default-src 'none'");
    expect(await workbench.evaluate("fetch('/..%2fstate.json').then((answer) => answer.status)")).toBe(404);
    expect((await workbench.state()).menu).toEqual(['File', 'editMenu', 'View', 'Go', 'Run', 'windowMenu', 'Help']);
  });

  it('imports in a utility process that the main process starts for the backend', async () => {
    const path = writeRatings(join(home, 'ratings'));
    await workbench.call('datasets.import', { path, name: 'films' });
    await until("window.events.some((event) => event.name === 'datasets.changed')");
    expect(await workbench.call('datasets.list')).toMatchObject([{ name: 'films', users: 4, items: 7, events: 40 }]);
    expect((await workbench.state()).utilities).toEqual(['backendHost.js', 'importEntry.js']);
  });

  it('starts a crashed backend again and gives the page a new port', async () => {
    await workbench.call('settings.set', { values: { theme: 'dark' } });
    await workbench.ask({ type: 'crash-utility', index: 0 });
    await until('window.portCount === 2');
    expect(await workbench.call('settings.get')).toEqual({ theme: 'dark' });
    expect((await workbench.state()).utilities.at(-1)).toBe('backendHost.js');
    await until("window.heard.some((message) => message.type === 'notice' && message.text.includes('was started again'))");
  });

  it('passes on what is chosen in its menus', async () => {
    await workbench.ask({ type: 'choose-menu', labels: ['Help', 'Walkthrough'] });
    await until("window.heard.some((message) => message.type === 'command' && message.id === 'workbench.walkthrough')");
  });

  it('opens experiment files that the system or a second start hands over, in the one window', async () => {
    await workbench.ask({ type: 'emit-app', event: 'open-file', args: ['/data/a.experiment.jsonc'] });
    await workbench.ask({ type: 'emit-app', event: 'second-instance', args: [['app', '--flag', '/data/b.experiment.jsonc']] });
    await until(
      "window.heard.map((message) => message.path).filter(Boolean).join() === '/data/a.experiment.jsonc,/data/b.experiment.jsonc'",
    );
    expect((await workbench.state()).windows).toBe(1);
  });

  it('remembers its workspaces', () => {
    expect(readAppState(join(home, 'userData', 'state.json')).recentWorkspaces).toEqual([workbench.workspacePath]);
    expect(withRecent(['/a', '/b'], '/b')).toEqual(['/b', '/a']);
    expect(
      withRecent(
        Array.from({ length: 20 }, (_, at) => `/${at}`),
        '/new',
      ),
    ).toHaveLength(10);
  });

  it('asks what becomes of unsaved changes before it closes, and keeps the window open when they cannot be saved', async () => {
    await workbench.evaluate("window.userllmHost.setUnsaved(['films-1.experiment.jsonc'])");
    await workbench.ask({ type: 'answer-dialogs', response: 2 });
    await workbench.ask({ type: 'close-window' });
    expect(await workbench.state()).toMatchObject({ windows: 1, dialogs: ['Save the changes to films-1.experiment.jsonc?'] });
    await workbench.ask({ type: 'answer-dialogs', response: 0 });
    await workbench.ask({ type: 'close-window' });
    await until("window.heard.some((message) => message.type === 'save-all')");
    await workbench.evaluate('window.userllmHost.settleUnsaved(window.heard.at(-1).request, false)');
    await workbench.evaluate("window.userllmHost.setUnsaved(['films-1.experiment.jsonc', 'User settings (JSON)'])");
    expect((await workbench.state()).windows).toBe(1);
  });

  it('asks about them before it shows another workspace', async () => {
    await workbench.ask({ type: 'answer-dialogs', response: 2 });
    await workbench.ask({ type: 'choose-folder', path: join(home, 'other') });
    await workbench.ask({ type: 'choose-menu', labels: ['File', 'Open Workspace Folder...'] });
    await vi.waitUntil(async () => (await workbench.state()).dialogs.at(-1) === 'Save the changes to 2 editors?', { timeout: PATIENCE_MS });
    expect(await workbench.state()).toMatchObject({ windows: 1, relaunches: [] });
    await workbench.evaluate('window.userllmHost.setUnsaved([])');
  });

  it('asks before it closes while a run goes on, and stops it in order', async () => {
    await workbench.call('runs.start', { text: endlessExperiment });
    await until("window.events.some((event) => event.name === 'run.metrics' && event.payload.points[0].stage === 'finetune')");
    await workbench.ask({ type: 'answer-dialogs', response: 2 });
    await workbench.ask({ type: 'close-window' });
    expect(await workbench.state()).toMatchObject({ windows: 1 });
    expect((await workbench.state()).dialogs.at(-1)).toBe('1 run still going on');
    await workbench.evaluate("window.userllmHost.setUnsaved(['films-1.experiment.jsonc'])");
    await workbench.ask({ type: 'answer-dialogs', response: 1 });
    await workbench.ask({ type: 'close-window' });
    await until("window.heard.some((message) => message.type === 'discard-all')");
    await workbench.evaluate('window.userllmHost.settleUnsaved(window.heard.at(-1).request, true)');
    expect(await workbench.exited).toBe(0);
    const { runs } = temporaryWorkspace(workbench.workspacePath);
    expect(runs.list()).toMatchObject([{ name: 'endless', status: 'stopped' }]);
    expect(readAppState(join(home, 'userData', 'state.json')).window).toEqual({
      bounds: { x: 10, y: 20, width: 1280, height: 800 },
      maximized: false,
    });
  });
});

const binary = electronBinary();
// Context isolation, the sandbox and the scheme exist in Electron itself only: tested wherever its binary and a display are.
if (binary && hasDisplay()) {
  describe('the desktop host in Electron itself', { timeout: PATIENCE_MS }, () => {
    it('shows the workbench, isolated from Node', async () => {
      await buildMainBundle(join(root, 'dist', 'main'));
      const folder = mkdtempSync(join(tmpdir(), 'userllm-electron-'));
      const args = [root, '--no-sandbox', `--user-data-dir=${join(folder, 'user')}`, `--workspace=${join(folder, 'workspace')}`];
      const electron = await _electron.launch({ executablePath: binary, args });
      try {
        const page = await electron.firstWindow();
        await page.waitForSelector('#root > *');
        expect(page.url()).toBe('app://workbench/');
        expect(await page.evaluate('[typeof require, typeof process, window.userllmHost.kind]')).toEqual([
          'undefined',
          'undefined',
          'electron',
        ]);
      } finally {
        await electron.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
