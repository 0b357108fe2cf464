import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { launchBrowser, openPage } from './browser.ts';
import { serveFake } from './fakeServe.ts';

let browser: Browser;
beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const PATH = '/workspaces/films/experiments/gated.experiment.jsonc';
const importing = {
  importId: 'import-7',
  name: 'films',
  phase: 'reading' as const,
  rows: 7,
  totalRows: null,
  rowsPerSecond: null,
  remainingSeconds: null,
  error: null,
};

describe('a backend that crashes', () => {
  it('is shown as lost until another is there, and takes neither editors nor unsaved text with it', async () => {
    const first = await serveFake();
    const { page, context } = await openPage(browser, first.url);
    await page.keyboard.press('Control+Shift+U');
    await page.getByRole('treeitem', { name: /^completed ungated/ }).dblclick();
    await page.keyboard.press('Control+Shift+E');
    await page.getByRole('treeitem', { name: /^gated/ }).dblclick();
    await page.getByText('No problems').waitFor();
    await page.locator('.view-lines').click({ position: { x: 10, y: 10 } });
    await page.keyboard.type('// unsaved ');
    first.backend.events.emit({ name: 'import.progress', payload: importing });
    await page.getByRole('button', { name: /^2 jobs/ }).waitFor();

    await first.close();
    await page.getByText('The connection to the backend is lost').waitFor();
    await page.keyboard.type('and typed while it was away');
    const second = await serveFake({ port: Number(new URL(first.url).port) });
    await page.getByText('The connection to the backend is lost').waitFor({ state: 'detached' });
    expect(await page.locator('.editor-tab-title').allTextContents()).toEqual(['ungated', 'gated.experiment.jsonc']);
    await page.keyboard.press('Control+S');
    await page.getByRole('button', { name: /unsaved changes/ }).waitFor({ state: 'detached' });
    expect((await second.backend.api['experiments.read']({ path: PATH })).text).toContain('unsaved and typed while it was away');

    // What the crash ended does not look as if it went on.
    await page.getByRole('button', { name: /^1 job/ }).waitFor();
    await page.keyboard.press('Control+K');
    await page.keyboard.press('n');
    expect(await page.getByRole('region', { name: 'Notifications', exact: true }).getByText('Import films').count()).toBe(0);
    await context.close();
    await second.close();
  });
});
