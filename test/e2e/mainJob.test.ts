import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { writeSampleDataset } from '../../src-main/data/sample/writeSample.ts';
import { type ServeHost, startServe } from '../../src-main/hosts/serve/serve.ts';
import { seriousViolations } from './axe.ts';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';

let folder: string;
let browser: Browser;
let host: ServeHost;
let opened: OpenPage;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  folder = mkdtempSync(join(tmpdir(), 'userllm-main-job-'));
  await writeSampleDataset(join(folder, 'films'), { users: 60, items: 60 });
  host = await startServe({ workspacePath: join(folder, 'workspace') });
  browser = await launchBrowser();
  opened = await openPage(browser, host.url);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A run that is over in moments on two cores, yet goes through every stage. */
const tinyExperiment = (gated: boolean, steps: number) => `{
  "name": "${gated ? 'gated' : 'ungated'}",
  "dataset": "films",
  "history": { "embedded": 20 },
  "encoder": { "dModel": 16, "numLayers": 1, "pretraining": { "steps": 20, "batchSize": 8 } },
  "languageModel": { "vocabularySize": 400, "dModel": 32, "numLayers": 2, "pretraining": { "steps": 20, "batchSize": 8 } },
  "integration": { "kind": "cross-attention", "gated": ${gated}, "projectionSize": 16 },
  "training": { "steps": ${steps}, "batchSize": 4, "validateEvery": 50, "checkpointEvery": 20 },
  "evaluation": { "users": 8, "beams": 2, "batchSize": 4, "efficiencyAt": [10] },
  "engine": { "threads": 1 }
}
`;

/** The last step of the training loss as the chart says it to a screen reader; NaN while there is none. */
async function lastStep(): Promise<number> {
  const chart = opened.page.getByRole('img', { name: /^Loss\./ });
  const label = (await chart.count()) > 0 ? await chart.getAttribute('aria-label') : '';
  return Number(/training [\d.,e-]+ at (\d+)/.exec(label ?? '')?.[1] ?? Number.NaN);
}

describe('the main job in the workbench', () => {
  it('imports, edits, runs, shows the loss live, stops, resumes, compares, shows the gates, writes and looks inside', async () => {
    const { page, errors } = opened;
    page.setDefaultTimeout(60_000);

    await page.getByRole('button', { name: 'Import a dataset' }).first().click();
    await page.getByLabel('Folder or file').fill(join(folder, 'films'));
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Preview' }).waitFor();
    await page.getByLabel('Name of the dataset').fill('films');
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('has been imported in').waitFor();
    expect(await seriousViolations(page)).toEqual([]);

    await page.getByRole('button', { name: 'New experiment', exact: true }).click();
    await page.getByRole('option', { name: /^Cross-attention/ }).click();
    await page.locator('.view-line').first().waitFor();
    await page.getByText('No problems').waitFor();
    await page.locator('.view-lines').click({ position: { x: 10, y: 10 } });
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.type('{ "datset": "films" }');
    await page.locator('.squiggly-error').first().waitFor();

    await opened.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate((text) => navigator.clipboard.writeText(text), tinyExperiment(true, 400));
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Control+V');
    await page.getByText('No problems').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.locator('.run-head').getByRole('button', { name: 'Stop and save' }).waitFor();
    await page.getByLabel('Stage', { exact: true }).selectOption('finetune');
    await expect.poll(lastStep, { timeout: 120_000 }).toBeGreaterThan(25);
    const before = await lastStep();
    await expect.poll(lastStep, { timeout: 60_000 }).toBeGreaterThan(before);

    await page.locator('.run-head').getByRole('button', { name: 'Stop and save' }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('completed', { exact: true }).first().waitFor({ timeout: 240_000 });
    expect(await lastStep()).toBe(400);

    const second = await host.backend.api['runs.start']({ text: tinyExperiment(false, 20) });
    await page.getByRole('button', { name: 'Runs', exact: true }).click();
    await page.getByRole('treeitem', { name: /^completed ungated/ }).waitFor({ timeout: 120_000 });
    expect((await host.backend.api['runs.get']({ runId: second.id })).stages[0]?.status).toBe('reused');
    await page.getByRole('treeitem', { name: /^completed ungated/ }).click();
    await page.getByRole('treeitem', { name: /^completed gated/ }).click({ modifiers: ['Control'] });
    await page.getByRole('button', { name: 'Compare 2 runs' }).click();
    await page.getByRole('columnheader', { name: 'gated', exact: true }).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Pin ungated as baseline' }).click({ force: true });
    await page.getByText('Differences to the pinned baseline').waitFor();
    expect(await seriousViolations(page)).toEqual([]);

    await page.getByRole('button', { name: 'Gates', exact: true }).click();
    await page.getByRole('img', { name: /^Gate value per layer\. gated: 2 bars/ }).waitFor();
    await page.getByRole('img', { name: /^Gate value over training\./ }).waitFor();
    await page.getByText('Without gates: ungated.').waitFor();
    expect(await seriousViolations(page)).toEqual([]);

    await page.getByRole('treeitem', { name: /^completed ungated/ }).click();
    await page.getByRole('heading', { name: 'ungated', exact: true }).waitFor();
    await page.keyboard.press('Control+Alt+P');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await page.locator('.play-candidates').nth(3).waitFor();
    await page.getByRole('button', { name: 'Write', exact: true }).waitFor();
    expect(await page.getByText(/^\d+ tokens?, (ended by the model|as long as allowed), first after/).count()).toBe(4);
    await page.keyboard.press('Control+Alt+A');
    await page.getByRole('button', { name: /^Measure \d+ events$/ }).click();
    await page.getByText(/^log p\(answer\) is/).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    expect(errors).toEqual([]);
  }, 600_000);
});
