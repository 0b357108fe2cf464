import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { launchBrowser, type OpenPage, type OpenPageOptions, openPage } from './browser.ts';
import { type FakeServe, type FakeServeOptions, serveFake } from './fakeServe.ts';

/** The workbench of the test that is running, on a backend of its own. */
export let page: Page;
export let serve: FakeServe;
export let opened: OpenPage;
export let browser: Browser;

interface WorkbenchOptions extends OpenPageOptions, FakeServeOptions {
  /** Changes what is in the workspace before the workbench opens it. */
  prepare?(serve: FakeServe): void;
}

/** Opens a workbench before every test of the file; after it, nothing may have been an error. */
export function openWorkbenchForEachTest(options: WorkbenchOptions = {}): void {
  beforeAll(async () => {
    expect(await ensureBundle('renderer')).toBe(true);
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    serve = await serveFake(options);
    options.prepare?.(serve);
    opened = await openPage(browser, serve.url, options);
    page = opened.page;
  });
  afterEach(async () => {
    expect(opened.errors).toEqual([]);
    await opened.context.close();
    await serve.close();
  });
}
