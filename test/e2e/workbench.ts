import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';
import { type FakeServe, serveFake } from './fakeServe.ts';

/** The workbench of the test that is running, on a backend of its own. */
export let page: Page;
export let serve: FakeServe;
export let browser: Browser;

/** Opens a workbench before every test of the file; after it, nothing may have been an error. */
export function openWorkbenchForEachTest(): void {
  let opened: OpenPage;
  beforeAll(async () => {
    expect(await ensureBundle('renderer')).toBe(true);
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    serve = await serveFake();
    opened = await openPage(browser, serve.url);
    page = opened.page;
  });
  afterEach(async () => {
    expect(opened.errors).toEqual([]);
    await opened.context.close();
    await serve.close();
  });
}
