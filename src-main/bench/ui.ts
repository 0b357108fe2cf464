import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Backend } from '../backend/backend.ts';
import { type ServeHost, startServe } from '../hosts/serve/serve.ts';
import { makeTemporaryFolder } from '../store/temporary.ts';
import { openWorkspace } from '../store/workspace.ts';
import { launchMeasuredBrowser, type MeasuredBrowser, SEEN_SCRIPT } from './uiBrowser.ts';
import { fillWorkspace, POINTS_RUNS } from './uiWorkspace.ts';

export interface UiBenchmarkOptions {
  readonly runs: number;
  readonly points: number;
  /** Times that the workbench is opened; medians are told. */
  readonly rounds: number;
  onProgress(text: string): void;
}

/** Times in milliseconds. */
export interface UiBenchmark {
  readonly runs: number;
  readonly points: number;
  /** From the navigation to the frame that shows the activity bar. */
  readonly shellMs: number;
  /** To the frame that shows the list of runs, asked for by keyboard. */
  readonly interactiveMs: number;
  /** From the click on a run to the frame with its first curve: the first of the session, and another one. */
  readonly firstRunMs: number;
  readonly nextRunMs: number;
  readonly scroll: { readonly frames: number; readonly dropped: number; readonly longestMs: number };
  /** From the key to the frame with the command palette, while a run trains on every core. */
  readonly latency: { readonly medianMs: number; readonly worstMs: number };
}

type Seen = Window & { userllmSeen(selector: string): Promise<number>; userllmShown: Promise<number> };

const SHELL = '[aria-label="Activities"]';
const RUNS = '[role="tree"][aria-label="Runs"] [role="treeitem"]';
const CURVE = '.chart-plot .scatterlayer path.js-line';
const PALETTE = '[role="combobox"]';
const PRESSES = 20;
/** What takes longer counts as this long. */
const PATIENCE_MS = 10_000;
const SCROLLED_FRAMES = 120;
/** Rows go by as when a person drags the bar: 18 rows a frame. */
const SCROLL_PIXELS = 400;

/** Measures what a person feels of the workbench: in Chromium, on a workspace with many runs, and while a run trains on every core. */
export async function benchUi(options: UiBenchmarkOptions): Promise<UiBenchmark> {
  const { onProgress } = options;
  const path = makeTemporaryFolder(join(tmpdir(), 'userllm'), 'benchui');
  const browser = await launchMeasuredBrowser();
  try {
    onProgress(`Making a workspace with ${options.runs} runs, and two with ${options.points} points each.`);
    const workspace = openWorkspace(path);
    fillWorkspace(workspace, options);
    workspace.close();
    const host = await startServe({ workspacePath: path });
    try {
      return { ...(await measure(browser, host, options)), runs: options.runs, points: options.points };
    } finally {
      await host.close();
    }
  } finally {
    await browser.close();
    rmSync(path, { recursive: true, force: true });
  }
}

async function measure(browser: MeasuredBrowser, host: ServeHost, { rounds, onProgress }: UiBenchmarkOptions) {
  onProgress('Opening the workbench.');
  const starts: { shellMs: number; interactiveMs: number }[] = [];
  for (let round = 0; round < rounds; round++) starts.push(await measureStart(browser, host));
  const { page, context } = await openWorkbench(browser, host);
  await showRuns(page);
  onProgress(
    `Shell and list after ${starts.map((start) => `${Math.round(start.shellMs)} and ${Math.round(start.interactiveMs)}`).join(', ')} ms. Opening runs.`,
  );
  const firstRunMs = await openRun(page, POINTS_RUNS[0]);
  const nextRunMs = await openRun(page, POINTS_RUNS[1]);
  onProgress(`Opened after ${Math.round(firstRunMs)} and ${Math.round(nextRunMs)} ms. Scrolling.`);
  const scroll = await measureScroll(page);
  onProgress(`Dropped ${scroll.dropped} of ${scroll.frames} frames. Starting a run that trains on every core.`);
  await startTraining(host.backend);
  onProgress('Pressing keys while it trains.');
  const latency = await measureLatency(page);
  await context.close();
  return {
    shellMs: median(starts.map(({ shellMs }) => shellMs)),
    interactiveMs: median(starts.map(({ interactiveMs }) => interactiveMs)),
    firstRunMs,
    nextRunMs,
    scroll,
    latency,
  };
}

async function openWorkbench(browser: MeasuredBrowser, host: ServeHost) {
  const opened = await browser.open(host.createLoginUrl());
  await opened.page.addInitScript(SEEN_SCRIPT);
  await opened.page.goto(`http://127.0.0.1:${host.port}/`, { waitUntil: 'commit' });
  return opened;
}

const seen = (page: Page, selector: string): Promise<number> =>
  page.evaluate((wanted) => (window as unknown as Seen).userllmSeen(wanted), selector);

async function measureStart(browser: MeasuredBrowser, host: ServeHost) {
  const { page, context } = await openWorkbench(browser, host);
  const shellMs = await seen(page, SHELL);
  await page.keyboard.press('Control+Shift+U');
  const interactiveMs = await seen(page, RUNS);
  await context.close();
  return { shellMs, interactiveMs };
}

async function showRuns(page: Page): Promise<void> {
  await seen(page, SHELL);
  await page.keyboard.press('Control+Shift+U');
  await seen(page, RUNS);
  await untilIdle(page);
}

/** Whatever is left to do is done when nothing was asked of the page for half a second. */
async function untilIdle(page: Page): Promise<void> {
  await page.waitForTimeout(500);
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 5000 })));
}

/** Runs with many points are the newest, so they stand on top. */
async function openRun(page: Page, name: string): Promise<number> {
  const item = page.locator(RUNS).filter({ has: page.getByText(name, { exact: true }) });
  await item.waitFor();
  // The charts of the run before are still there, and go when the other editor comes.
  await page.evaluate(() => {
    for (const old of document.querySelectorAll('.chart-plot')) old.classList.remove('chart-plot');
  });
  const milliseconds = await timeFrom(page, 'click', CURVE, () => item.click());
  await untilIdle(page);
  return milliseconds;
}

/** Milliseconds from the next event of a type to the frame that shows the selector. What listens is there before `act` causes the event. */
async function timeFrom(page: Page, type: 'click' | 'keydown', selector: string, act: () => Promise<void>): Promise<number> {
  await page.evaluate(
    ([awaited, wanted, patience]) => {
      const seen = window as unknown as Seen;
      seen.userllmShown = new Promise<number>((resolve) => {
        // Keys that are only held down with another one say nothing yet.
        const listen = (event: Event) => {
          if (event instanceof KeyboardEvent && ['Control', 'Shift'].includes(event.key)) return;
          window.removeEventListener(awaited, listen, { capture: true });
          void seen.userllmSeen(wanted).then((at) => resolve(at - event.timeStamp));
        };
        window.addEventListener(awaited, listen, { capture: true });
        setTimeout(resolve, patience, patience);
      });
    },
    [type, selector, PATIENCE_MS] as const,
  );
  await act();
  return page.evaluate(() => (window as unknown as Seen).userllmShown);
}

/** Frames that came later than one and a half times what 60 a second leave each. */
async function measureScroll(page: Page): Promise<UiBenchmark['scroll']> {
  const times = await page.evaluate(
    async ({ selector, frames, pixels }) => {
      const box = document.querySelector(selector)!;
      const stamps: number[] = [];
      for (let frame = 0; frame < frames; frame++) {
        stamps.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)));
        box.scrollTop += pixels;
      }
      return stamps;
    },
    { selector: '[role="tree"][aria-label="Runs"]', frames: SCROLLED_FRAMES, pixels: SCROLL_PIXELS },
  );
  const gaps = times.slice(1).map((time, at) => time - times[at]!);
  const dropped = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round((gap * 60) / 1000) - 1), 0);
  return { frames: gaps.length, dropped, longestMs: Math.max(...gaps) };
}

const TRAINING = JSON.stringify({
  name: 'trains on every core',
  dataset: 'sample',
  encoder: { dModel: 256, numLayers: 4, numHeads: 4, pretraining: { steps: 100_000 } },
});

async function startTraining({ api }: Backend): Promise<void> {
  const { importId } = await api['datasets.importSample']({});
  await until(async () => (await api['datasets.imports']({})).find((one) => one.importId === importId)?.phase === 'done');
  const { id } = await api['runs.start']({ text: TRAINING });
  await until(async () => (await api['runs.get']({ runId: id })).stages.some(({ stepsDone }) => stepsDone > 0));
}

const POLL_MS = 200;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

async function measureLatency(page: Page): Promise<UiBenchmark['latency']> {
  const milliseconds: number[] = [];
  for (let press = 0; press < PRESSES; press++) {
    milliseconds.push(await timeFrom(page, 'keydown', PALETTE, () => page.keyboard.press('Control+Shift+P')));
    await page.keyboard.press('Escape');
    await page.locator(PALETTE).waitFor({ state: 'detached', timeout: PATIENCE_MS });
  }
  return { medianMs: median(milliseconds), worstMs: Math.max(...milliseconds) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
