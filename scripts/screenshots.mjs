/**
 * Takes docs/screenshots/*.png of a demo workspace whose runs are finished: `npm run screenshots [-- --workspace <folder>]`.
 * Drives the workbench in a browser as a person would, so a picture shows nothing that is not there.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { startServe } from '../src-main/hosts/serve/serve.ts';
import { ensureBundle } from './bundle.mjs';
import { ensureChromium, findChromium } from './chromium.mjs';
import { root } from './paths.mjs';
import { fail, say } from './run.mjs';

const SIZE = { width: 1280, height: 800 };
const LARGEST_BYTES = 250_000;
const folder = join(root, 'docs', 'screenshots');

/** The runs of the demo: the newest completed one of each way to tell the language model about the user. */
async function demoRuns(api) {
  const completed = (await api['runs.list']({})).filter((run) => run.status === 'completed');
  const newest = completed.find((run) => run.name.startsWith('cross-attention on '));
  const ofSameDataset = (way) => completed.find((run) => run.datasetName === newest?.datasetName && run.name.startsWith(`${way} on `));
  const runs = ['no user', 'text prompt', 'cross-attention'].map(ofSameDataset);
  if (runs.some((run) => run === undefined)) {
    fail('screenshots: expected three completed runs of one dataset (no user, text prompt, cross-attention); run `npm run demo` first');
  }
  return { none: runs[0], textPrompt: runs[1], personalised: runs[2], dataset: newest.datasetName };
}

const activity = (page, name) => page.getByRole('button', { name, exact: true }).click();
const row = (page, { status, name }) => page.getByRole('treeitem', { name: `${status} ${name}` });
const runTab = (page, name) => page.getByRole('tab', { name, exact: true }).last().click();

async function command(page, text) {
  await page.keyboard.press('Control+Shift+P');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

async function openRun(page, run, tab) {
  await activity(page, 'Runs');
  await row(page, run).click();
  await page.getByRole('heading', { name: run.name, exact: true }).waitFor();
  await runTab(page, tab);
}

/** Every picture: its file, its theme, and the way to what it shows. */
const PICTURES = [
  {
    name: 'walkthrough',
    theme: 'light',
    show: async (page) => {
      await command(page, 'Walkthrough');
      await page.getByRole('heading', { name: 'Walkthrough' }).waitFor();
    },
  },
  {
    name: 'dataset',
    theme: 'light',
    show: async (page, { dataset }) => {
      await page.getByRole('treeitem', { name: dataset, exact: false }).first().click();
      await page.getByRole('heading', { name: 'Events per user' }).waitFor();
    },
  },
  {
    name: 'experiment',
    theme: 'dark',
    show: async (page, { dataset }) => {
      await activity(page, 'Experiments');
      await page.getByRole('treeitem', { name: `${dataset}-cross-attention` }).click();
      await page.getByText('No problems').waitFor();
    },
  },
  {
    name: 'run',
    theme: 'dark',
    show: async (page, { personalised }) => {
      await openRun(page, personalised, 'Curves');
      await page.getByLabel('Stage', { exact: true }).selectOption('finetune');
    },
  },
  {
    name: 'comparison',
    theme: 'light',
    show: async (page, { none, textPrompt, personalised }) => {
      await activity(page, 'Runs');
      await row(page, none).click();
      for (const run of [textPrompt, personalised]) await row(page, run).click({ modifiers: ['Control'] });
      await page.getByRole('button', { name: 'Compare 3 runs' }).click();
      await page.getByRole('button', { name: `Pin ${none.name} as baseline` }).click({ force: true });
      await page.getByText('Differences to the pinned baseline').waitFor();
    },
  },
  {
    name: 'gates',
    theme: 'dark',
    show: async (page, { personalised }) => {
      await openRun(page, personalised, 'Gates');
      await page.getByRole('heading', { name: 'Gate value per layer' }).waitFor();
    },
  },
  {
    name: 'attention',
    theme: 'dark',
    show: async (page, { personalised }) => {
      await openRun(page, personalised, 'Attention');
      await page.getByRole('button', { name: /^Measure \d+ events$/ }).click();
      await page.getByText(/^log p\(answer\) is/).waitFor();
      await page.getByLabel('Order', { exact: true }).selectOption('effect');
      await page.getByRole('heading', { name: 'Events', exact: true }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'playground',
    theme: 'light',
    show: async (page, { personalised }) => {
      await activity(page, 'Runs');
      await row(page, personalised).click();
      await page.keyboard.press('Control+Alt+P');
      for (const [label, user] of [
        ['User', '3'],
        ['Another user', '7'],
      ]) {
        const field = page.getByRole('combobox', { name: label, exact: true });
        await field.fill(user);
        await page.getByRole('option', { name: new RegExp(`^User ${user} `) }).waitFor();
        await field.press('Enter');
      }
      await page.getByRole('button', { name: 'Write', exact: true }).click();
      await page.locator('.play-candidates').nth(3).waitFor();
      await page.getByRole('button', { name: 'Write', exact: true }).waitFor();
    },
  },
];

/** Charts draw, fonts load and notifications go before a picture is taken. */
async function settle(page) {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => [...document.querySelectorAll('.chart-plot')].every((plot) => plot.querySelector('.main-svg')));
  await page.mouse.move(SIZE.width - 2, SIZE.height - 2);
  await page.evaluate(() => document.activeElement?.blur());
  // A window that has just changed draws its charts anew, frame by frame.
  for (let frame = 0; frame < 30; frame++) await page.evaluate(() => new Promise(requestAnimationFrame));
}

/** Tabs and panes that earlier pictures left open; the workspace gets its own back at the end. */
const NO_LAYOUT = { 'workbench.editors': null, 'workbench.layout': {} };

async function takePicture(browser, host, picture, runs) {
  await host.backend.api['settings.set']({ values: NO_LAYOUT });
  const context = await browser.newContext({ viewport: SIZE, colorScheme: picture.theme, reducedMotion: 'reduce', locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(host.createLoginUrl());
  await page.getByRole('navigation', { name: 'Activities' }).waitFor();
  await picture.show(page, runs);
  await settle(page);
  const path = join(folder, `${picture.name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  await context.close();
  const { size } = statSync(path);
  if (size > LARGEST_BYTES) fail(`screenshots: expected ${path} to have at most ${LARGEST_BYTES} bytes, got ${size}`);
  say(`${relative(root, path)}: ${Math.round(size / 1000)} kB`);
}

export async function takeScreenshots(args) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { workspace: { type: 'string' } } });
  const workspacePath = resolve(values.workspace ?? join(root, 'demo-workspace'));
  if (!existsSync(workspacePath))
    fail(`screenshots: expected a demo workspace, got "${workspacePath}", which does not exist; run \`npm run demo\` first`);
  if (!(await ensureBundle('renderer'))) return 1;
  await ensureChromium();
  mkdirSync(folder, { recursive: true });
  const host = await startServe({ workspacePath });
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  });
  const { 'workbench.editors': editors = null, 'workbench.layout': layout = {} } = await host.backend.api['settings.get']({});
  try {
    const runs = await demoRuns(host.backend.api);
    const wanted = PICTURES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    for (const picture of wanted) await takePicture(browser, host, picture, runs);
    return 0;
  } finally {
    await browser.close();
    await host.backend.api['settings.set']({ values: { 'workbench.editors': editors, 'workbench.layout': layout } });
    await host.close();
  }
}
