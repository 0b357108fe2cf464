import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';
import { STEPS_PER_TICK } from './fakeRuns.ts';
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
  opened = await openPage(browser, serve.url);
  page = opened.page;
  await page.keyboard.press('Control+Shift+U');
});
afterEach(async () => {
  await opened.context.close();
  await serve.close();
});

/** The last step of the training loss as the chart says it to a screen reader. */
async function lastStep(): Promise<number> {
  const label = await page.getByRole('img', { name: /^Loss\./ }).getAttribute('aria-label');
  return Number(/training [\d.,]+ at (\d+)/.exec(label ?? '')?.[1] ?? Number.NaN);
}

describe('a run', () => {
  it('goes on from its last checkpoint, drops the repeated points, and shows new ones as they come', async () => {
    await page.getByRole('treeitem', { name: /^interrupted/ }).click();
    await page.getByRole('img', { name: /^Loss\./ }).waitFor();
    expect(await lastStep()).toBe(141);
    const reads = countCurveReads();
    serve.backend.runs.pause();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('running', { exact: true }).first().waitFor();
    await expect.poll(lastStep).toBe(100);
    serve.backend.runs.tick(15);
    await expect.poll(lastStep).toBe(100 + 15 * STEPS_PER_TICK);
    await page.locator('.chart-plot', { hasText: 'resumed' }).first().waitFor();
    expect(reads()).toBe(0);
    await page.locator('.run-head').getByRole('button', { name: 'Stop and save' }).click();
    await page.getByText('stopped', { exact: true }).first().waitFor();
    expect(opened.errors).toEqual([]);
  });

  it('is stopped without saving after a question that says what that costs', async () => {
    await page.getByRole('treeitem', { name: /^interrupted/ }).click();
    serve.backend.runs.pause();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('running', { exact: true }).first().waitFor();
    await page.locator('.run-head').getByRole('button', { name: 'Stop', exact: true }).click();
    await page
      .getByText(/has done \d+ steps? of fine-tune since its last checkpoint\. That is computed again when it is resumed\.$/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.run-head').getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop without saving' }).click();
    await page.getByText('stopped without saving; resumed, it goes on after step').first().waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
    expect(opened.errors).toEqual([]);
  });

  it('starts from the experiment editor and appears in tree, jobs and status bar', async () => {
    await page.keyboard.press('Control+Shift+E');
    await page.getByRole('treeitem', { name: /^gated/ }).click();
    await page.getByText('No problems').waitFor();
    await page.locator('.view-line').first().waitFor();
    await page.keyboard.press('Control+Enter');
    await page.locator('.run-head').getByRole('button', { name: 'Stop and save' }).waitFor();
    await expect.poll(() => page.getByRole('contentinfo').textContent()).toContain('2 jobs');
    await page.keyboard.press('Control+J');
    await page.getByRole('progressbar', { name: 'Progress of gated' }).waitFor();
    expect(opened.errors).toEqual([]);
  });

  it('becomes an experiment file again by Duplicate', async () => {
    await page.getByRole('treeitem', { name: /^completed ungated/ }).click();
    await page.getByRole('button', { name: 'Duplicate', exact: true }).click();
    await page.getByRole('tab', { name: /^ungated-copy\.experiment\.jsonc/ }).waitFor();
    await page.getByText('// As written by hand').waitFor();
  });

  it('misses nothing when the connection breaks: the page says so, reconnects and catches up', async () => {
    await page.getByRole('treeitem', { name: /^interrupted/ }).click();
    await page.getByRole('img', { name: /^Loss\./ }).waitFor();
    serve.backend.runs.pause();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect.poll(lastStep).toBe(100);
    const reads = countCurveReads();
    serve.setOffline(true);
    await page.getByText('The connection to the backend is lost').waitFor();
    serve.backend.runs.tick(20);
    serve.setOffline(false);
    await page.getByText('The connection to the backend is lost').waitFor({ state: 'detached' });
    await expect.poll(lastStep).toBe(100 + 20 * STEPS_PER_TICK);
    expect(reads()).toBe(0);
  });
});

/** How often curves are read from now on: live points must come from events alone. */
function countCurveReads(): () => number {
  let count = 0;
  const { api } = serve.backend;
  const read = api['runs.curves'];
  api['runs.curves'] = (request) => {
    count += 1;
    return read(request);
  };
  return () => count;
}

describe('an import', () => {
  it('shows progress, can be cancelled, and ends with the rejected rows and their reasons', async () => {
    await page.keyboard.press('Control+Shift+I');
    await page.getByLabel('Folder or file').fill('/data/ml-latest-small');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name of the dataset').fill('films');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Importing films' }).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByText('was cancelled. Nothing of it was kept.').waitFor();
    await page.getByRole('button', { name: 'Import another' }).click();
    await page.getByLabel('Folder or file').fill('/data/ml-latest-small');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('has been imported in').waitFor();
    await page.getByRole('heading', { name: '23 rejected rows' }).waitFor();
    await page.getByRole('row', { name: /ratings\.csv:17.*expected a number from 0\.5 to 5/ }).waitFor();
    expect(opened.errors).toEqual([]);
  });

  it('of a table waits until every column has its role, and sends what was chosen', async () => {
    const { api } = serve.backend;
    const start = api['datasets.import'];
    const asked = new Promise<unknown>((resolve) => {
      api['datasets.import'] = (request) => {
        resolve(request);
        return start(request);
      };
    });
    await page.keyboard.press('Control+Shift+I');
    await page.getByLabel('Folder or file').fill('/data/listens.csv');
    await page.keyboard.press('Enter');
    await page.getByText('Say which column is the user.').waitFor();
    expect(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('What listener is').selectOption('user');
    await page.getByLabel('How times are written').selectOption('milliseconds');
    await page.getByLabel('How categories are written').selectOption('|');
    await page.getByLabel('What x7 is').selectOption('rating');
    expect(await page.getByLabel('What stars is').inputValue()).toBe('none');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    const columns = { user: 'listener', item: 'track_id', time: 'played_at', rating: 'x7', title: 'track', category: 'style' };
    const mapping = { ...columns, timeFormat: 'milliseconds', categorySeparator: '|', texts: ['remark'], features: ['device'] };
    expect(await asked).toEqual({ path: '/data/listens.csv', name: 'listens', format: null, mapping });
    await page.getByRole('heading', { name: 'Importing listens' }).waitFor();
    expect(opened.errors).toEqual([]);
  });

  it('in another format than the detected one is previewed and imported as that', async () => {
    const { api } = serve.backend;
    const start = api['datasets.import'];
    const asked = new Promise<unknown>((resolve) => {
      api['datasets.import'] = (request) => {
        resolve(request);
        return start(request);
      };
    });
    await page.keyboard.press('Control+Shift+I');
    await page.getByLabel('Folder or file').fill('/data/ml-latest-small');
    await page.keyboard.press('Enter');
    await page.getByText('was imported from here').waitFor();
    await page.getByLabel('Format').selectOption('movielens-dat');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    expect(await asked).toEqual({ path: '/data/ml-latest-small', name: 'ml-latest-small-2', format: 'movielens-dat', mapping: null });
  });

  it('refuses a folder that it cannot read, and a name that is taken, in words', async () => {
    await page.keyboard.press('Control+Shift+I');
    await page.getByLabel('Folder or file').fill('/data/unknown');
    await page.keyboard.press('Enter');
    await page.getByText('expected a folder with ratings.csv and movies.csv').waitFor();
    await page.getByLabel('Folder or file').fill('/data/ml-latest-small');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name of the dataset').fill('demo');
    await page.getByText('There is already a dataset demo.').waitFor();
    expect(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true);
  });
});
