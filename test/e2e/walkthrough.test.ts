import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { type ServeHost, startServe } from '../../src-main/hosts/serve/serve.ts';
import { seriousViolations } from './axe.ts';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';

let folder: string;
let browser: Browser;
let host: ServeHost;
let opened: OpenPage;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  folder = mkdtempSync(join(tmpdir(), 'userllm-walkthrough-'));
  host = await startServe({ workspacePath: join(folder, 'workspace') });
  browser = await launchBrowser();
  opened = await openPage(browser, host.url, { width: 1024, height: 700 });
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The experiment that the walkthrough writes, in sizes that are over in moments. */
const smallExperiment = JSON.stringify({
  name: 'sample-cross-attention',
  dataset: 'sample',
  history: { embedded: 10 },
  encoder: { dModel: 16, numLayers: 1, pretraining: { steps: 10, batchSize: 8 } },
  languageModel: { vocabularySize: 400, dModel: 32, numLayers: 2, pretraining: { steps: 10, batchSize: 8 } },
  integration: { kind: 'cross-attention', gated: true, projectionSize: 16 },
  training: { steps: 10, batchSize: 4, validateEvery: 10 },
  evaluation: { users: 8, beams: 10, batchSize: 4, efficiencyAt: [10] },
  engine: { threads: 1 },
});

describe('the walkthrough', () => {
  it('leads from nothing to a finished run, its figures, its gates and the playground, with nothing but its buttons', async () => {
    const { page, errors } = opened;
    page.setDefaultTimeout(120_000);
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await button('New here? Take the walkthrough').click();
    await button('Make the sample dataset').click();
    await button('Write it for me').click();
    await button('Run the experiment').waitFor();
    const [file] = await host.backend.api['experiments.list']({});
    await host.backend.api['experiments.write']({ path: file!.path, text: smallExperiment });
    await button('Run the experiment').click();
    await page.getByRole('progressbar', { name: 'Progress of the run' }).waitFor();
    await button('Open the finished run').waitFor({ timeout: 240_000 });
    await page.getByText(/^It was right for \d+\.\d % of 8 people; the ten most popular films alone/).waitFor();
    expect(await page.locator('.walkthrough-done').count()).toBe(4);
    expect(await seriousViolations(page)).toEqual([]);

    await button('Open the finished run').click();
    await page.getByRole('heading', { name: 'sample-cross-attention', exact: true }).waitFor();
    await page.getByText('completed', { exact: true }).first().waitFor();
    await page.getByRole('tab', { name: 'Walkthrough' }).click();
    await button('See its gates').click();
    await page.getByRole('img', { name: /^Gate value per layer\./ }).waitFor();
    await page.getByRole('tab', { name: 'Walkthrough' }).click();
    await button('Talk to it').click();
    await button('Write').click();
    await expect.poll(() => page.getByText(/tokens?, (ended by the model|as long as allowed)/).count(), { timeout: 120_000 }).toBe(4);
    expect(errors).toEqual([]);
  }, 600_000);
});
