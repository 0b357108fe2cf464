import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { seriousViolations } from './axe.ts';
import { launchBrowser, openPage } from './browser.ts';
import { type FakeServe, serveFake } from './fakeServe.ts';
import { layoutFaults } from './layout.ts';

let browser: Browser;
let serve: FakeServe;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const activity = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const tab = (page: Page, name: string | RegExp) => page.getByRole('tab', { name, exact: true }).last().click();

/** Every view in turn; each step ends when what it opens can be seen. */
const VIEWS: [name: string, show: (page: Page) => Promise<unknown>][] = [
  ['welcome page', (page) => page.getByRole('heading', { name: 'User-LLM Workbench' }).waitFor()],
  [
    'dataset',
    async (page) => {
      await page.getByRole('treeitem', { name: /^ml-latest-small/ }).click();
      await page.getByRole('heading', { name: 'Events per user' }).waitFor();
      await page.locator('.chart-plot .main-svg').first().waitFor();
    },
  ],
  [
    'users of a dataset',
    async (page) => {
      await tab(page, 'Users (610)');
      await page.getByRole('row', { name: /^3 / }).waitFor();
    },
  ],
  [
    'items of a dataset',
    async (page) => {
      await tab(page, 'Items (9,742)');
      await page.getByRole('row', { name: /^Silent Harbour/ }).waitFor();
    },
  ],
  [
    'rejected rows of a dataset',
    async (page) => {
      await tab(page, 'Rejected rows (4)');
      await page.getByRole('table', { name: 'Rejected rows' }).waitFor();
    },
  ],
  [
    'timeline of a user',
    async (page) => {
      await tab(page, 'Users (610)');
      await page.getByRole('row', { name: /^3 / }).click();
      await page.getByRole('table', { name: /Timeline of user/ }).waitFor();
    },
  ],
  [
    'import',
    async (page) => {
      await page.keyboard.press('Control+Shift+I');
      await page.getByRole('button', { name: 'Browse', exact: true }).click();
      await page.getByRole('button', { name: /^ml-latest-small/ }).click();
      await page.getByRole('button', { name: 'Use this folder' }).click();
      await page.getByRole('table', { name: 'Preview' }).waitFor();
    },
  ],
  [
    'import of a table',
    async (page) => {
      await page.getByLabel('Folder or file').fill('/data/listens.csv');
      await page.keyboard.press('Enter');
      await page.getByLabel('What x7 is').waitFor();
    },
  ],
  [
    'language model that is added',
    async (page) => {
      await activity(page, 'Models');
      await page.getByRole('button', { name: 'Add a language model' }).click();
      await page.getByLabel('Folder', { exact: true }).fill('/models/broken');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText('rope_scaling type "yarn" is not supported').waitFor();
      await page.getByLabel('Folder', { exact: true }).fill('/models/SmolLM2-135M');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('heading', { name: 'SmolLM2-135M' }).waitFor();
    },
  ],
  [
    'language model that writes and is verified',
    async (page) => {
      await page.getByRole('treeitem', { name: /^stories260K/ }).click();
      await page.getByRole('heading', { name: 'stories260K' }).waitFor();
      await page.getByRole('button', { name: 'Write' }).click();
      await page.getByText('Once upon a time, there was').waitFor();
      await page.getByText(/^5 tokens, the model ended the text/).waitFor();
      await page.getByRole('button', { name: 'Verify' }).click();
      await page.getByText('The files are those that were added. Perplexity 6.274 on 119 tokens.').waitFor();
    },
  ],
  [
    'user encoder',
    async (page) => {
      await page.getByRole('treeitem', { name: /^gated autoregressive/ }).click();
      await page.getByRole('heading', { name: 'User encoder of gated' }).waitFor();
      await page.getByText('"init": "run:run-gated"').waitFor();
      await page.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByText('Copied. Paste it into an experiment file').waitFor();
    },
  ],
  [
    'experiment',
    async (page) => {
      await activity(page, 'Experiments');
      await page.getByRole('treeitem', { name: /^gated/ }).click();
      await page.locator('.view-line').first().waitFor();
      await page.getByText('No problems').waitFor();
    },
  ],
  [
    'run with a long name, interrupted',
    async (page) => {
      await activity(page, 'Runs');
      await page.getByRole('treeitem', { name: /^interrupted/ }).click();
      await page.getByText('probably out of memory').waitFor();
      await page.locator('.chart-plot .main-svg').first().waitFor();
    },
  ],
  [
    'log of three thousand lines',
    async (page) => {
      await tab(page, 'Log');
      await page.getByText('step 2999:').waitFor();
    },
  ],
  [
    'run that failed',
    async (page) => {
      await page.getByRole('treeitem', { name: /^failed/ }).click();
      await page.getByText('lower encoder.dModel').waitFor();
    },
  ],
  [
    'export of a run',
    async (page) => {
      await page.getByRole('treeitem', { name: /^completed gated/ }).click();
      await page.getByRole('heading', { name: 'gated', exact: true }).waitFor();
      await page.keyboard.press('Control+Shift+P');
      await page.keyboard.type('Export the language model');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Export the language model of gated' }).waitFor();
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByText(/^Exported to .*exports\/gated/).waitFor();
    },
  ],
  [
    'metrics of a run',
    async (page) => {
      await page.getByRole('treeitem', { name: /^completed gated/ }).click();
      await tab(page, 'Metrics');
      await page.getByRole('heading', { name: /Catalogue-constrained/ }).waitFor();
    },
  ],
  [
    'gates of a run',
    async (page) => {
      await tab(page, 'Gates');
      await page.getByRole('heading', { name: 'Gate value per layer' }).waitFor();
    },
  ],
  [
    'samples of a run',
    async (page) => {
      await tab(page, 'Samples');
      await page.getByText('off catalogue').first().waitFor();
    },
  ],
  [
    'configuration of a run',
    async (page) => {
      await tab(page, 'Configuration');
      await page.getByText('"dataset"').first().waitFor({ state: 'attached' });
    },
  ],
  [
    'environment of a run',
    async (page) => {
      await tab(page, 'Environment');
      await page.getByText('Dataset fingerprint').waitFor();
    },
  ],
  [
    'comparison with a baseline',
    async (page) => {
      for (const name of [/^completed ungated/, /^completed encoder only/, /^completed no user/])
        await page.getByRole('treeitem', { name }).click({ modifiers: ['Control'] });
      await page.getByRole('button', { name: 'Compare 4 runs' }).click();
      await page.getByRole('button', { name: 'Pin no user at all as baseline' }).click({ force: true });
      await page.getByText('Differences to the pinned baseline').waitFor();
    },
  ],
  [
    'gates of several runs',
    async (page) => {
      await page.getByRole('button', { name: 'Gates', exact: true }).click();
      await page.getByText(/^Without gates:/).waitFor();
    },
  ],
  [
    'efficiency of several runs',
    async (page) => {
      await tab(page, /^Compare 4 runs/);
      await page.getByRole('button', { name: 'Efficiency', exact: true }).click();
      await page.getByRole('heading', { name: 'Recall@10 against tokens of a request' }).waitFor();
      await page.locator('.chart-plot .main-svg').nth(3).waitFor();
    },
  ],
  [
    'attention with effects',
    async (page) => {
      await page.getByRole('treeitem', { name: /^completed gated/ }).click();
      await page.getByRole('heading', { name: 'gated', exact: true }).waitFor();
      await tab(page, 'Attention');
      await page.getByRole('button', { name: /^Measure \d+ events$/ }).click();
      await page.getByText(/times as likely/).waitFor();
    },
  ],
  [
    'attention of a run, sorted by what moved the answer',
    async (page) => {
      await page.keyboard.press('Control+Alt+A');
      await page.getByRole('button', { name: /^Measure \d+ events$/ }).waitFor();
    },
  ],
  [
    'configurations of two runs',
    async (page) => {
      await page.getByRole('treeitem', { name: /^completed no user/ }).click({ modifiers: ['Control'] });
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menuitem', { name: /^Compare configurations/ }).click();
      await page.getByRole('heading', { name: 'Configurations of 2 runs' }).waitFor();
    },
  ],
  [
    "reproduction of the paper's tables",
    async (page) => {
      await page.keyboard.press('Control+Shift+P');
      await page.keyboard.type('Reproduction of the paper');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Table 2: User-LLM and text prompts' }).waitFor();
    },
  ],
  [
    'command palette',
    async (page) => {
      await page.keyboard.press('Control+Shift+P');
      await page.getByRole('listbox').getByRole('option').nth(5).waitFor();
    },
  ],
  [
    'playground',
    async (page) => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Alt+P');
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      await page
        .getByText(/ended by the model/)
        .nth(3)
        .waitFor();
    },
  ],
  [
    'panel with output',
    async (page) => {
      await page.keyboard.press('Control+J');
      await page.getByRole('tab', { name: 'Output' }).click();
      await page.getByLabel('Output of').selectOption({ index: 1 });
    },
  ],
  [
    'engines',
    async (page) => {
      await page.getByRole('button', { name: /^onnx/ }).click();
      await page.getByText('@tensorflow/tfjs-node-gpu is not installed').waitFor();
    },
  ],
  [
    'keyboard shortcuts',
    async (page) => {
      await page.getByRole('button', { name: 'Settings and theme' }).click();
      await page.getByRole('menuitem', { name: /Keyboard shortcuts/ }).click();
      await page.getByRole('table', { name: 'Keyboard shortcuts' }).waitFor();
    },
  ],
  [
    'settings',
    async (page) => {
      await page.keyboard.press('Control+,');
      await page.getByRole('combobox', { name: 'Colour theme' }).waitFor();
    },
  ],
  [
    'licences',
    async (page) => {
      await page.getByRole('button', { name: 'Settings and theme' }).click();
      await page.getByRole('menuitem', { name: 'About and licences' }).click();
      await page.getByRole('row', { name: /^@duckdb\/node-api / }).click();
      await page.getByRole('heading', { name: /^@duckdb\/node-api/ }).waitFor();
    },
  ],
  [
    'walkthrough',
    async (page) => {
      await page.getByRole('button', { name: 'Settings and theme' }).click();
      await page.getByRole('menuitem', { name: 'Walkthrough' }).click();
      await page.getByRole('button', { name: 'Make the sample dataset' }).waitFor();
    },
  ],
];

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1024, height: 700 },
] as const;

/** Colours do not depend on the size: the rules of accessibility are looked at in one size of each theme, the layout in both. */
describe.each([
  { theme: 'dark', sizes: SIZES },
  { theme: 'light', sizes: SIZES.toReversed() },
] as const)('in the $theme theme', ({ theme, sizes }) => {
  it('shows every view in both sizes without console errors, serious accessibility violations or faults of the layout', async () => {
    serve = await serveFake();
    const { page, context, errors } = await openPage(browser, serve.url, { theme, ...sizes[0] });
    for (const [name, show] of VIEWS) {
      await show(page);
      expect.soft(await seriousViolations(page), name).toEqual([]);
      for (const size of sizes.toReversed()) {
        await page.setViewportSize(size);
        expect.soft(await settledFaults(page), `${name}, ${size.width} x ${size.height}`).toEqual([]);
      }
      expect.soft(errors.splice(0), name).toEqual([]);
    }
    await context.close();
    await serve.close();
  }, 300_000);
});

/** What is still wrong once a view has had time to follow the window's size. */
async function settledFaults(page: Page): Promise<string[]> {
  let faults = await layoutFaults(page);
  for (const deadline = Date.now() + 2_000; faults.length > 0 && Date.now() < deadline; faults = await layoutFaults(page)) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  return faults;
}

describe('an empty workspace', () => {
  it('says in every view what to do next, and leads to it', async () => {
    serve = await serveFake({ empty: true });
    const { page, context, errors } = await openPage(browser, serve.url);
    await page.getByText('This workspace has none yet').waitFor();
    await activity(page, 'Models');
    await page.getByText('None has been added').waitFor();
    await activity(page, 'Experiments');
    await page.getByText('There is none yet').waitFor();
    await activity(page, 'Runs');
    await page.getByText('Nothing has been run in this workspace yet').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Import a dataset first' }).click();
    await page.getByRole('heading', { name: 'Import a dataset' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
    await serve.close();
  }, 60_000);
});

describe('with high contrast', () => {
  it.each(['contrast-dark', 'contrast-light'])(
    'the theme %s has no serious accessibility violations',
    async (theme) => {
      serve = await serveFake();
      serve.backend.preferences.user = { 'appearance.theme': theme };
      const { page, context, errors } = await openPage(browser, serve.url);
      await page.keyboard.press('Control+Shift+U');
      await page.getByRole('treeitem', { name: /^completed gated/ }).click();
      await page.locator('.chart-plot .main-svg').first().waitFor();
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme);
      expect(await seriousViolations(page)).toEqual([]);
      await page.keyboard.press('Control+Shift+E');
      await page.getByRole('treeitem', { name: /^gated/ }).click();
      await page.locator('.view-line').first().waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      expect(errors).toEqual([]);
      await context.close();
      await serve.close();
    },
    60_000,
  );
});
