import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { seriousViolations } from './axe.ts';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';
import { makeConfig, makeStages } from './fakeData.ts';
import { type FakeServe, serveFake } from './fakeServe.ts';

let browser: Browser;
let serve: FakeServe;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  browser = await launchBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  serve = await serveFake();
  const config = makeConfig({ name: 'gated, seed 2', integration: { gated: true }, seed: 2 });
  const common = { status: 'completed', source: '{}', minutesAgo: 10, stages: makeStages(4) } as const;
  serve.backend.runs.add({ ...common, id: 'run-seed-2', name: 'gated, seed 2', config, quality: 1.2 });
  opened = await openPage(browser, serve.url, { width: 1024, height: 700 });
  page = opened.page;
  await page.keyboard.press('Control+Shift+U');
  await page.getByRole('treeitem', { name: /^completed gated, seed 2/ }).click();
  for (const name of [/^completed ungated/, /^completed gated \d/])
    await page.getByRole('treeitem', { name }).click({ modifiers: ['Control'] });
  await page.getByRole('button', { name: 'Compare 3 runs' }).click();
  await page.getByRole('heading', { name: 'Compare 3 runs' }).waitFor();
});
afterEach(async () => {
  expect(opened.errors).toEqual([]);
  await opened.context.close();
  await serve.close();
});

async function exported(format: RegExp): Promise<string> {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: format }).click()]);
  return readFileSync(await file.path(), 'utf8');
}

describe('the comparison', () => {
  it('gathers runs that differ in their seed alone into mean and deviation, with deltas to a pinned baseline', async () => {
    await page.getByLabel('Mean over seeds').check();
    await page.getByText('Mean ± standard deviation over the seeds').waitFor();
    await page.getByRole('row', { name: /\(2 seeds\).* ± / }).waitFor();
    await page.getByRole('img', { name: /^Training loss, fine-tune.*\(2 seeds\)/ }).waitFor();
    await page.getByRole('combobox', { name: 'Band' }).selectOption('std');
    await page.getByRole('button', { name: 'Pin ungated as baseline' }).click({ force: true });
    await page.getByText('Differences to the pinned baseline; bold').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    const latex = await exported(/^LaTeX/);
    expect(latex).toMatch(/^% Mean ± standard deviation over seeds\. In brackets: difference to ungated/);
    expect(latex).toContain('\\begin{tabular}{');
    expect(latex).toMatch(/\(2 seeds\) & .*\$\\pm\$/);
  });

  it('is exported as it is shown', async () => {
    expect((await exported(/^CSV/)).split('\r\n')).toHaveLength(5);
    expect(await exported(/^Markdown/)).toMatch(/^\| Run \| /);
  });

  it('names the users that only one of two runs got right', async () => {
    const section = page.getByRole('region', { name: 'Users that only one run got right' });
    await section.getByText('Of 610 users: both right 40, neither 534.').waitFor();
    await section.getByRole('heading', { name: /34 users$/ }).waitFor();
    await section.getByRole('combobox', { name: 'By' }).selectOption('recall@10');
    await section.getByRole('button', { name: 'User 301', exact: true }).click();
    await page.getByRole('heading', { name: 'User number 301' }).waitFor();
  });

  it('lays the configurations of all its runs side by side: what differs or everything, searched, and two of them as a diff', async () => {
    await page.getByRole('button', { name: 'Configurations', exact: true }).click();
    await page.getByRole('heading', { name: /^Configurations of \d+ runs$/ }).waitFor();
    const settings = page.getByRole('table', { name: 'Settings' });
    const seed = settings.getByRole('row', { name: /^seed/ });
    await seed.waitFor();
    expect(await settings.getByRole('row', { name: /^encoder\.dModel/ }).count()).toBe(0);
    await page.getByText('Only differences').click();
    await page.getByRole('searchbox', { name: 'Search settings' }).fill('encoder dmodel');
    await settings.getByRole('row', { name: /^encoder\.dModel/ }).waitFor();
    expect(await seed.count()).toBe(0);
    await page.getByRole('searchbox', { name: 'Search settings' }).fill('no such setting');
    await page.getByText('No setting matches the search').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1024);
    await page.getByRole('combobox', { name: 'Diff of' }).selectOption({ label: 'ungated' });
    await page.getByRole('combobox', { name: 'and' }).selectOption({ label: 'gated, seed 2' });
    await page.getByRole('button', { name: 'Open the diff' }).click();
    await page.getByRole('heading', { name: 'ungated against gated, seed 2' }).waitFor();
    await page.locator('.diff-editor .line-insert').first().waitFor();
    await page.getByText('"seed": 2').first().waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1024);
  });
});
