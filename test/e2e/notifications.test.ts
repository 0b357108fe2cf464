import { describe, expect, it } from 'vitest';
import type { Method } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import { seriousViolations } from './axe.ts';
import { openWorkbenchForEachTest, page, serve } from './workbench.ts';

openWorkbenchForEachTest();

const centre = () => page.getByRole('region', { name: 'Notifications', exact: true });
const bell = (name: string) => page.getByRole('contentinfo').getByRole('button', { name });
const alert = () => page.getByRole('region', { name: 'New notifications' }).getByRole('alert');

/** Waits for the page to call a method, and keeps the backend from answering otherwise than with nothing. */
function nextCall(method: Method): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  Object.assign(serve.backend.api, {
    [method]: async (request: unknown) => {
      resolve(request);
      return {};
    },
  });
  return promise;
}

describe('a long job', () => {
  it('stands in the status bar first, and once in the notification centre, where it can be cancelled', async () => {
    serve.backend.events.emit({ name: 'import.progress', payload: importOf('reading') });
    await page.getByRole('button', { name: /^\d jobs? ·/ }).waitFor();
    expect(await page.locator('.toast').count()).toBe(0);
    await page.keyboard.press('Control+K');
    await page.keyboard.press('n');
    const job = centre().getByRole('listitem').filter({ hasText: 'Import films' });
    await job.getByRole('progressbar', { name: 'Import films' }).waitFor();
    await job.getByText(/rows/).waitFor();
    expect(await job.count()).toBe(1);
    expect(await job.getByRole('button').allTextContents()).toEqual(['Cancel', 'Show import']);
    expect(await seriousViolations(page)).toEqual([]);
    const cancelled = nextCall('datasets.cancelImport');
    await job.getByRole('button', { name: 'Cancel' }).press('Enter');
    expect(await cancelled).toEqual({ importId: 'import-9' });
    serve.backend.events.emit({ name: 'import.progress', payload: importOf('cancelled') });
    await job.waitFor({ state: 'detached' });
  });

  it('that no editor shows stands in the corner, and is cancelled there', async () => {
    const progress = { exportId: 'export-1', name: 'demo', phase: 'writing' as const, events: 0, totalEvents: 214_590 };
    serve.backend.events.emit({ name: 'export.progress', payload: progress });
    serve.backend.events.emit({ name: 'export.progress', payload: { ...progress, events: 100_000 } });
    const toast = page.locator('.toast', { hasText: 'Export demo' });
    await toast.getByText('Writing the events, 100,000 events').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    const cancelled = nextCall('datasets.cancelExport');
    await toast.getByRole('button', { name: 'Cancel' }).press('Enter');
    expect(await cancelled).toEqual({ exportId: 'export-1' });
    await toast.waitFor({ state: 'detached' });
    serve.backend.events.emit({ name: 'export.progress', payload: { ...progress, phase: 'cancelled' } });
  });

  it("that gives a run's language model away is cancelled in the corner, and says that nothing was written", async () => {
    const { promise: written, reject } = Promise.withResolvers<never>();
    const { api, runs } = serve.backend;
    Object.assign(api, { 'runs.export': () => written });
    const run = [...runs.byId.values()].find(({ detail }) => detail.status === 'completed')!.detail;
    await page.keyboard.press('Control+Shift+U');
    await page.getByRole('treeitem', { name: new RegExp(`^completed ${run.name}`) }).click();
    await page.getByRole('heading', { name: run.name, exact: true }).waitFor();
    await page.keyboard.press('Control+Shift+P');
    await page.keyboard.type('Export the language model');
    await page.getByRole('option', { name: /Export the language model/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
    const toast = page.locator('.toast', { hasText: 'Exporting' });
    await toast.getByText(/^to /).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    const cancelled = nextCall('models.stopGeneration');
    await toast.getByRole('button', { name: 'Cancel' }).press('Enter');
    expect(await cancelled).toEqual({ generationId: expect.any(String) });
    reject(new AppError('cancelled', 'generate: cancelled'));
    await page.locator('.toast', { hasText: 'was cancelled. Nothing was written.' }).waitFor();
    await toast.waitFor({ state: 'detached' });
  });

  it('of many runs is one notification, which stops them all', async () => {
    const { api, runs } = serve.backend;
    runs.pause();
    const text = JSON.stringify({ name: 'swept', dataset: 'demo', sweep: { seed: [1, 2] } });
    await api['experiments.write']({ path: 'swept.experiment.jsonc', text });
    await page.keyboard.press('Control+Shift+E');
    await page.getByRole('treeitem', { name: /^swept/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Run the saved file' }).click();
    const toast = page.locator('.toast', { hasText: 'Sweep' });
    await toast.getByText('0 of 2 runs completed').waitFor();
    await toast.getByRole('button', { name: 'Stop and save' }).click();
    await expect.poll(() => [...runs.byId.values()].filter(({ detail }) => detail.status === 'running').length).toBe(0);
    await toast.waitFor({ state: 'detached' });
  });
});

describe('an error', () => {
  it('is an alert that says what to do and leads there, and Escape takes it away', async () => {
    await deleteUsedDataset();
    await alert().getByText('runs use "ml-latest-small"; delete them first').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await alert().getByRole('button', { name: 'Show runs' }).focus();
    await page.keyboard.press('Escape');
    await alert().waitFor({ state: 'detached' });
    await deleteUsedDataset();
    await alert().getByRole('button', { name: 'Show runs' }).press('Enter');
    await page.getByRole('tree', { name: 'Runs' }).waitFor();
  });
});

describe('the bell', () => {
  it('counts what has not been read, opens the centre for the keyboard, and gives the focus back', async () => {
    await bell('No new notifications').waitFor();
    const export1 = { exportId: 'export-1', name: 'demo', events: 0, totalEvents: 10 };
    serve.backend.events.emit({ name: 'import.progress', payload: importOf('reading') });
    serve.backend.events.emit({ name: 'import.progress', payload: importOf('failed') });
    serve.backend.events.emit({ name: 'export.progress', payload: { ...export1, phase: 'writing' } });
    await bell('1 new notification').press('Enter');
    await expect.poll(() => centre().evaluate((section) => section === document.activeElement)).toBe(true);
    await centre().getByText('ratings.csv, line 7: expected a number').waitFor();
    await centre().getByRole('button', { name: 'Clear all notifications' }).press('Enter');
    expect(await centre().getByRole('listitem').allTextContents()).toEqual([expect.stringContaining('Export demo')]);
    await page.keyboard.press('Escape');
    await centre().waitFor({ state: 'detached' });
    await expect.poll(() => bell('No new notifications').evaluate((button) => button === document.activeElement)).toBe(true);
  });
});

/** Which fails: runs use it. */
async function deleteUsedDataset(): Promise<void> {
  await page.getByRole('treeitem', { name: /^ml-latest-small/ }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete', exact: true }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).press('Enter');
}

const importOf = (phase: 'reading' | 'failed' | 'cancelled') => ({
  importId: 'import-9',
  name: 'films',
  phase,
  rows: 6,
  totalRows: null,
  rowsPerSecond: null,
  remainingSeconds: null,
  error: phase === 'failed' ? { code: 'import-failed', message: 'ratings.csv, line 7: expected a number' } : null,
});
