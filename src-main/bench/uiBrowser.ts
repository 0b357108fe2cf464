import type { BrowserContext, Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';
import { AppError } from '../../src-shared/errors.ts';

const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

/** A Chromium that is logged in to a served workbench, and how to open windows of it. */
export interface MeasuredBrowser {
  /** A window without any cache; the page is empty yet. */
  open(loginUrl: string): Promise<{ page: Page; context: BrowserContext }>;
  close(): Promise<void>;
}

/** @throws AppError `file-not-found` where there is no Chromium, or what drives it is not installed; both say what to install */
export async function launchMeasuredBrowser(): Promise<MeasuredBrowser> {
  const executablePath = findChromium();
  if (executablePath === null) {
    throw new AppError(
      'file-not-found',
      'bench: "ui" expects a Chromium or Chrome on PATH, got none; install it (Debian, Ubuntu: sudo apt-get install chromium) or set USERLLM_CHROMIUM to its executable',
    );
  }
  const { chromium } = await import('playwright-core').catch(() => {
    throw new AppError('file-not-found', 'bench: "ui" expects the development dependencies, got none; run npm install in the project');
  });
  const browser = await chromium.launch({ executablePath, headless: true, args: ARGS });
  return {
    open: async (loginUrl) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      await context.request.get(loginUrl);
      return { page: await context.newPage(), context };
    },
    close: () => browser.close(),
  };
}

/**
 * In every page before its own scripts: `seen(selector)` resolves to the time, in milliseconds since the navigation began, of the frame that shows
 * the first element of the selector.
 */
export const SEEN_SCRIPT = `
window.userllmSeen = (selector) => new Promise((resolve) => {
  const done = () => requestAnimationFrame(() => requestAnimationFrame((at) => resolve(at)));
  const isThere = () => document.querySelector(selector) !== null;
  const wait = () => {
    if (isThere()) return done();
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      done();
    });
    observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['d', 'aria-label'] });
  };
  wait();
});`;
