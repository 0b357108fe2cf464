import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { writeSampleDataset } from '../../src-main/data/sample/writeSample.ts';
import { type ServeHost, startServe } from '../../src-main/hosts/serve/serve.ts';
import { realMovielens } from '../data/movielensFolder.ts';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';
import { layoutFaults } from './layout.ts';

const DATASET = 'my-films';

let folder: string;
let browser: Browser;
let host: ServeHost;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  folder = mkdtempSync(join(tmpdir(), 'userllm-new-user-'));
  host = await startServe({ workspacePath: join(folder, 'workspace') });
  browser = await launchBrowser();
  opened = await openPage(browser, host.url);
  page = opened.page;
  page.setDefaultTimeout(60_000);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a person downloaded: MovieLens where it is at hand, else a folder of the same files. */
async function downloadedFolder(): Promise<string> {
  const real = realMovielens();
  if (real) return real;
  await writeSampleDataset(join(folder, 'films'), { users: 80, items: 60 });
  return join(folder, 'films');
}

/** Drops a folder of the disk on the middle of the window, as a file manager does. */
async function dropFolder(path: string): Promise<void> {
  const session = await opened.context.newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data });
  }
}

/** The suggested experiment takes minutes: this one is over in moments, and goes through the same stages. */
const quick = (integration: object) =>
  JSON.stringify({
    name: `${DATASET} ${(integration as { kind: string }).kind}`,
    dataset: DATASET,
    data: { minEventsPerItem: 20, sampleUsers: 60 },
    history: { embedded: 20, prompted: 3 },
    encoder: { dModel: 16, numLayers: 1, pretraining: { steps: 10, batchSize: 8 } },
    languageModel: { vocabularySize: 400, dModel: 32, numLayers: 2, pretraining: { steps: 10, batchSize: 8 } },
    integration,
    training: { steps: 20, batchSize: 4, validateEvery: 20 },
    evaluation: { users: 8, beams: 2, batchSize: 4, efficiencyAt: [10] },
    engine: { threads: 1 },
  });

/** Makes the suggested experiment, shortens it on disk, which the editor notices, and runs it. */
async function runExperiment(choice: RegExp, integration: { kind: string }): Promise<void> {
  await page.getByRole('button', { name: 'New experiment', exact: true }).click();
  await page.getByRole('option', { name: choice }).click();
  await page.getByRole('tab', { name: new RegExp(`^${DATASET}-${integration.kind}`) }).waitFor();
  await page.getByText('No problems').waitFor();
  const files = await host.backend.api['experiments.list']({});
  const { path } = files.find(({ name }) => name === `${DATASET}-${integration.kind}`)!;
  await host.backend.api['experiments.write']({ path, text: quick(integration) });
  await page.getByText('"sampleUsers"').first().waitFor();
  await page.getByText('No problems').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('heading', { name: `${DATASET} ${integration.kind}`, exact: true }).waitFor();
}

const activity = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
const runTab = (name: string) => page.getByRole('tab', { name, exact: true }).last().click();

/** What a way to export, chosen from the open menu, writes. */
async function saved(choice: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: choice }).first().click()]);
  return readFileSync(await file.path(), 'utf8');
}

/** Nothing that was shown on the way is an error, cut off or on top of something else. */
async function expectNoFault(where: string): Promise<void> {
  await expect.poll(() => layoutFaults(page), { message: where, timeout: 5_000 }).toEqual([]);
  expect(opened.errors, where).toEqual([]);
  expect(await page.locator('.note-bad').allTextContents(), where).toEqual([]);
}

describe('a new user', () => {
  it('follows the walkthrough, drops a folder, imports it, runs the suggested experiments, compares them, looks into one, writes with it as two users and exports, without an error or a fault of the layout', async () => {
    await page.getByRole('button', { name: 'New here? Take the walkthrough' }).click();
    await page.getByRole('button', { name: 'Make the sample dataset' }).click();
    await page.getByRole('button', { name: 'Write it for me' }).click();
    await page.getByRole('button', { name: 'Run the experiment' }).waitFor();
    await expectNoFault('walkthrough');

    await dropFolder(await downloadedFolder());
    await page.getByRole('table', { name: 'Preview' }).waitFor();
    await expectNoFault('preview');
    await page.getByLabel('Name of the dataset').fill(DATASET);
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('has been imported in').waitFor();
    await expectNoFault('import');

    await runExperiment(/^Cross-attention/, { kind: 'cross-attention' });
    await page.getByRole('treeitem', { name: new RegExp(`^${DATASET}`) }).click();
    await page.getByRole('heading', { name: 'Events per user' }).waitFor();
    await runExperiment(/^Text prompt/, { kind: 'text-prompt' });
    await expectNoFault('run that waits');

    const [crossAttention, textPrompt] = [`${DATASET} cross-attention`, `${DATASET} text-prompt`];
    await page.getByText('completed', { exact: true }).first().waitFor({ timeout: 240_000 });
    await activity('Runs');
    await page.getByRole('treeitem', { name: `completed ${crossAttention}` }).click();
    await page.getByRole('treeitem', { name: `completed ${textPrompt}` }).click({ modifiers: ['Control'] });
    await page.getByRole('button', { name: 'Compare 2 runs' }).click();
    await page.getByRole('img', { name: /^Training loss, fine-tune/ }).waitFor();
    await expectNoFault('comparison');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const latex = await saved('LaTeX');
    expect(latex).toContain('\\begin{tabular}');
    expect(latex).toContain(crossAttention);
    await page
      .getByRole('button', { name: /^Export / })
      .first()
      .click();
    const svg = await saved('Save as SVG');
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain(textPrompt);

    await page.getByRole('treeitem', { name: `completed ${crossAttention}` }).dblclick();
    await page.getByRole('heading', { name: crossAttention, exact: true }).waitFor();
    await runTab('Gates');
    await page.getByRole('img', { name: /^Gate value per layer\./ }).waitFor();
    await expectNoFault('gates');
    await runTab('Attention');
    await page.getByText('attention while the answer was written').waitFor();
    await expectNoFault('attention');

    await page.getByRole('button', { name: 'Playground', exact: true }).last().click();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await expect.poll(() => page.getByText(/, first after/).count(), { timeout: 60_000 }).toBe(4);
    const candidates = (column: string) => page.getByRole('region', { name: column, exact: true }).getByRole('listitem').allTextContents();
    for (const column of ['Personalised', 'Another user']) await expect.poll(async () => (await candidates(column)).length).toBe(5);
    expect(await candidates('Another user')).not.toEqual(await candidates('Personalised'));
    await expectNoFault('playground');
  }, 600_000);
});
