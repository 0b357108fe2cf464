import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { seriousViolations } from './axe.ts';
import { launchBrowser, openPage } from './browser.ts';
import { serveFake } from './fakeServe.ts';

let browser: Browser;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

describe('efficiency', () => {
  it('shows what runs cost and what that buys, for the metric that is chosen, and exports the numbers', async () => {
    const serve = await serveFake();
    const { page, context, errors } = await openPage(browser, serve.url, { width: 1024, height: 700, theme: 'light' });
    await page.keyboard.press('Control+Shift+U');
    await page.getByRole('treeitem', { name: /^completed gated/ }).click();
    await page.getByRole('treeitem', { name: /^completed no user/ }).click({ modifiers: ['Control'] });
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Show efficiency' }).click();
    await page.getByRole('heading', { name: 'Recall@10 against tokens of a request' }).waitFor();
    await page.getByRole('img', { name: /^Recall@10 against tokens of a request\. .*gated: 0\.\d+ at 12/ }).waitFor();
    await page.getByRole('img', { name: /^Recall@10 against parameters trained/ }).waitFor();
    await page.getByRole('img', { name: /^Measured time of a request\. .*text prompt/ }).waitFor();
    await page.locator('.chart-plot .main-svg').nth(3).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1024);
    await page.getByRole('combobox', { name: 'Metric' }).selectOption({ label: 'Test loss' });
    await page.getByRole('button', { name: 'Export Test loss against tokens of a request' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Save as CSV' }).click()]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines[0]).toBe('run,tokens that a request reads,Test loss,low,high');
    expect(lines).toHaveLength(3);
    expect(errors).toEqual([]);
    await context.close();
    await serve.close();
  });

  it('says what to do while nothing was measured', async () => {
    const serve = await serveFake({ empty: true });
    const { page, context, errors } = await openPage(browser, serve.url);
    await page.keyboard.press('Control+Shift+P');
    await page.keyboard.type('show efficiency');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nothing was measured yet' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
    await serve.close();
  });
});
