import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registry } from '../../src-renderer/workbench/registry.ts';
import { hasEffect } from './effects.ts';
import { openWorkbenchForEachTest, page, serve } from './workbench.ts';

openWorkbenchForEachTest();

const tried = new Set<string>();
/** A browser zooms by itself. */
const DESKTOP_ONLY = ['workbench.zoomIn', 'workbench.zoomOut', 'workbench.resetZoom'];

beforeAll(async () => {
  const { contributeAll } = await import('../../src-renderer/contrib/contributions.ts');
  contributeAll();
});
beforeEach(async () => {
  serve.backend.runs.pause();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});

const nameOf = (id: string): string => {
  const { category, label } = registry.commands.get(id)!;
  return `${category}: ${label}`;
};

const palette = () => page.getByRole('combobox', { name: 'Type the name of a command' });

/** Opens the palette and chooses the command of this name, which must be the first that is found. */
async function choose(name: string): Promise<void> {
  await page.keyboard.press('F1');
  await palette().fill(name);
  await expect.poll(() => page.getByRole('listbox').getByRole('option').first().textContent()).toContain(name);
  await page.keyboard.press('Enter');
  await palette().waitFor({ state: 'detached' });
}

async function leavePalette(): Promise<void> {
  await page.keyboard.press('F1');
  await palette().waitFor();
  await page.keyboard.press('Escape');
  await palette().waitFor({ state: 'detached' });
}

/** Runs commands from the palette, each after the same preparation, and expects that each does something. */
async function expectEffects(ids: string[], prepare: () => Promise<void> = async () => undefined): Promise<void> {
  for (const id of ids) {
    await prepare();
    // The palette gives the focus back to where it was; with the first time it is somewhere.
    await leavePalette();
    expect(await hasEffect(() => choose(nameOf(id))), `${nameOf(id)} does nothing`).toBe(true);
    tried.add(id);
    await page.keyboard.press('Escape');
  }
}

async function fromMenu(id: string, row: RegExp): Promise<void> {
  await page.getByRole('treeitem', { name: row }).click({ button: 'right' });
  const item = page.getByRole('menuitem', { name: registry.commands.get(id)!.label, exact: true }).first();
  await item.waitFor();
  expect(await hasEffect(() => item.click()), `${nameOf(id)} does nothing`).toBe(true);
  tried.add(id);
}

const showView = (keys: string) => page.keyboard.press(keys);
const openRow = async (keys: string, row: RegExp) => {
  await showView(keys);
  await page.getByRole('treeitem', { name: row }).dblclick();
};
async function openRun(row: RegExp, heading: string): Promise<void> {
  await openRow('Control+Shift+U', row);
  await page.getByRole('heading', { name: heading, exact: true }).waitFor();
}
const openGated = () => openRun(/^completed gated/, 'gated');
async function openExperiment(): Promise<void> {
  await openRow('Control+Shift+E', /^text-prompt-baseline/);
  await page.getByText('No problems').waitFor();
  await page.locator('.view-line').first().waitFor();
}
async function editExperiment(): Promise<void> {
  await openExperiment();
  await page.locator('.view-lines').click({ position: { x: 10, y: 10 } });
  await page.keyboard.type(' ');
  await page.getByRole('button', { name: /unsaved changes/ }).waitFor();
}

describe('every command does something', () => {
  it('and opening and leaving the palette is nothing', async () => {
    await leavePalette();
    // What the start leaves for later is done.
    await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
    expect(await hasEffect(leavePalette)).toBe(false);
    tried.add('workbench.showCommands');
  });

  it('that shows or sets a part of the workbench', async () => {
    await expectEffects([
      'workbench.quickOpen',
      'workbench.toggleSideBar',
      'workbench.focusSideBar',
      'workbench.togglePanel',
      'workbench.chooseTheme',
      'workbench.toggleTheme',
      'workbench.settings',
      'workbench.settingsJson.user',
      'workbench.settingsJson.workspace',
      'workbench.shortcuts',
      'workspace.engines',
      'workbench.walkthrough',
      'help.about',
      'workbench.focusEditor',
      'notifications.show',
    ]);
  });

  it('that leads to a view, a panel or an editor', async () => {
    await expectEffects([
      'view.experiments',
      'view.runs',
      'view.models',
      'view.playground',
      'view.datasets',
      'panel.output',
      'panel.problems',
      'panel.jobs',
      'datasets.import',
      'datasets.refresh',
      'experiments.new',
      'experiments.refresh',
      'models.add',
      'models.refresh',
      'comparison.compare',
      'comparison.configurations',
      'efficiency.show',
      'efficiency.choose',
      'playground.open',
      'reproduction.open',
    ]);
  });

  it('for a dataset', async () => {
    await fromMenu('datasets.open', /^demo/);
    await page.getByRole('heading', { name: 'demo' }).waitFor();
    const ids = ['datasets.newExperiment', 'datasets.rename', 'datasets.export', 'datasets.delete'];
    await expectEffects(ids, () => openRow('Control+Shift+D', /^demo/));
    await page.getByRole('tab', { name: 'Users' }).click();
    const openUser = () => page.getByRole('row').nth(1).dblclick();
    expect(await hasEffect(openUser)).toBe(true);
    await page.getByRole('tab', { name: /^User \d/ }).waitFor();
    tried.add('datasets.openUser');
  });

  it('for imports and exports', async () => {
    const rows = { rows: 0, totalRows: null, rowsPerSecond: null, remainingSeconds: null, error: null };
    const importing = { importId: 'import-7', name: 'films', phase: 'reading' as const, ...rows };
    const exporting = { exportId: 'export-7', name: 'demo', phase: 'writing' as const, events: 0, totalEvents: 9 };
    serve.backend.events.emit({ name: 'import.progress', payload: importing });
    serve.backend.events.emit({ name: 'export.progress', payload: exporting });
    Object.assign(serve.backend.api, { 'datasets.cancelImport': async () => ({}) });
    await page.getByRole('button', { name: /^3 jobs/ }).click();
    for (const id of ['datasets.cancelImport', 'datasets.cancelExport']) {
      const row = page.locator('.job', { hasText: id.endsWith('Import') ? 'Import films' : 'Export demo' });
      expect(await hasEffect(() => row.getByRole('button', { name: 'Cancel' }).press('Enter')), id).toBe(true);
      tried.add(id);
    }
  });

  it('for a model and an encoder', async () => {
    await choose(nameOf('view.models'));
    await fromMenu('encoders.open', /^gated/);
    await expectEffects(['encoders.copy']);
    await fromMenu('encoders.openRun', /^gated/);
    await fromMenu('models.open', /^stories260K/);
    await expectEffects(['models.remove']);
  });

  it('for an experiment file', async () => {
    await showView('Control+Shift+E');
    await fromMenu('experiments.open', /^text-prompt-baseline/);
    await expectEffects(['editor.save', 'editor.saveAll'], editExperiment);
    await expectEffects(['editor.run', 'experiments.run', 'experiments.delete'], openExperiment);
  });

  it('for a run that is completed', async () => {
    await showView('Control+Shift+U');
    await fromMenu('runs.open', /^completed gated/);
    const ids = ['gates.show', 'attention.show', 'runs.duplicate', 'runs.copyId', 'runs.export', 'runs.rerun', 'runs.delete'];
    await expectEffects(ids, openGated);
  });

  it('for a run that goes on', async () => {
    await openRun(/^interrupted/, serve.backend.runs.get('run-long').detail.name);
    await expectEffects(['runs.resume', 'runs.stopWithoutSaving', 'runs.stop']);
  });

  it('for editors, their tabs and groups', async () => {
    await openGated();
    await openRun(/^completed ungated/, 'ungated');
    await page.getByRole('treeitem', { name: /^completed encoder only/ }).click();
    await page.getByRole('heading', { name: 'encoder only' }).waitFor();
    await expectEffects(['editor.keep', 'editor.previous', 'editor.next', 'editor.pin', 'editor.unpin']);
    await expectEffects(['editor.splitRight', 'editor.nextGroup', 'editor.splitDown']);
    await expectEffects(['editor.close', 'editor.reopen', 'editor.closeAll']);
    for (const id of ['editor.closeRight', 'editor.closeOthers']) {
      await openGated();
      await openRun(/^completed ungated/, 'ungated');
      await page.locator('.editor-tab', { hasText: /^gated$/ }).click();
      await expectEffects([id]);
    }
  });

  it('for notifications', async () => {
    await openGated();
    await expectEffects(['runs.copyId', 'notifications.clear']);
  });
});

afterAll(() => {
  const all = [...registry.commands.keys()].filter((id) => !DESKTOP_ONLY.includes(id));
  expect(
    all.filter((id) => !tried.has(id)),
    'commands that no test has tried',
  ).toEqual([]);
});

vi.setConfig({ testTimeout: 240_000 });
