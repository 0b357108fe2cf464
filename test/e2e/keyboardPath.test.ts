import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { writeSampleDataset } from '../../src-main/data/sample/writeSample.ts';
import { type ServeHost, startServe } from '../../src-main/hosts/serve/serve.ts';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';

let folder: string;
let browser: Browser;
let host: ServeHost;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  folder = mkdtempSync(join(tmpdir(), 'userllm-keyboard-'));
  await writeSampleDataset(join(folder, 'films'), { users: 60, items: 60 });
  host = await startServe({ workspacePath: join(folder, 'workspace') });
  browser = await launchBrowser();
  opened = await openPage(browser, host.url, { width: 1024, height: 700 });
  page = opened.page;
  page.setDefaultTimeout(60_000);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The suggested experiment in sizes that are over in moments. */
const smallExperiment = JSON.stringify(
  {
    name: 'by keyboard',
    dataset: 'films',
    history: { embedded: 10 },
    encoder: { dModel: 16, numLayers: 1, pretraining: { steps: 5, batchSize: 8 } },
    languageModel: { vocabularySize: 400, dModel: 32, numLayers: 2, pretraining: { steps: 5, batchSize: 8 } },
    integration: { kind: 'cross-attention', gated: true, projectionSize: 16 },
    training: { steps: 5, batchSize: 4, validateEvery: 5 },
    evaluation: { users: 8, beams: 10, batchSize: 4, efficiencyAt: [10] },
    engine: { threads: 1 },
  },
  null,
  2,
);

/** How what has the focus is called. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement as (HTMLElement & { labels?: NodeListOf<HTMLElement> }) | null;
    return element?.getAttribute('aria-label') ?? element?.labels?.[0]?.textContent?.trim() ?? element?.textContent?.trim() ?? '';
  });

/** More than any view has to tab through. */
const MOST_TABS = 60;

/** Goes on with Tab until what has the focus is called so. */
async function tabTo(name: string): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < MOST_TABS; presses++) {
    await page.keyboard.press('Tab');
    const now = await focused();
    if (now === name) return;
    passed.push(now);
  }
  throw new Error(`Tab never came to "${name}": ${passed.join(' | ')}`);
}

const runStatus = async () => (await host.backend.api['runs.list']({}))[0]?.status;

describe('without a pointer', () => {
  it('imports a folder, writes an experiment, runs it to its end, and sees its gates', async () => {
    await page.getByRole('heading', { name: 'User-LLM Workbench' }).waitFor();
    await page.keyboard.press('Control+Shift+I');
    await expect.poll(focused).toBe('Folder or file');
    await page.keyboard.type(join(folder, 'films'));
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Preview' }).waitFor();
    await tabTo('Import');
    await page.keyboard.press('Enter');
    await page.getByText('has been imported in').waitFor();

    await opened.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate((text) => navigator.clipboard.writeText(text), smallExperiment);
    await page.keyboard.press('Control+Alt+N');
    await page.getByRole('option', { name: /^Cross-attention/ }).waitFor();
    await page.keyboard.type('cross');
    await page.keyboard.press('Enter');
    await page.getByText('No problems').waitFor();
    await expect.poll(focused).toMatch(/experiment file$/);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
    await page.getByText('"efficiencyAt"').first().waitFor();
    await page.getByText('No problems').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'by keyboard', exact: true }).waitFor();
    await expect.poll(runStatus, { timeout: 240_000 }).toBe('completed');
    await page.getByText('completed', { exact: true }).first().waitFor();

    await page.keyboard.press('Control+Shift+P');
    await page.keyboard.type('gates');
    await page.getByRole('option', { name: /gates/i }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('img', { name: /^Gate value per layer\./ }).waitFor();
    expect(opened.errors).toEqual([]);
  }, 600_000);
});
