import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './browser.ts';
import { layoutFaults } from './layout.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

async function faultsOf(html: string): Promise<string[]> {
  const page = await browser.newPage({ viewport: { width: 400, height: 300 } });
  await page.setContent(`<!doctype html><body style="margin: 0">${html}`);
  const faults = await layoutFaults(page);
  await page.close();
  return faults.map((fault) => fault.replace(/<[^>]*>/g, ''));
}

describe('the measure of a layout', () => {
  it('finds texts cut off, to the side and below, but not those with an ellipsis', async () => {
    const box = 'width: 60px; overflow: hidden; white-space: nowrap;';
    expect(await faultsOf(`<p style="${box}">Recall at ten, of all users</p>`)).toEqual(['cut off: Recall at ten, of all users']);
    expect(await faultsOf('<p style="height: 20px; overflow: hidden; width: 60px">Recall at ten, of all users</p>')).toHaveLength(1);
    expect(await faultsOf(`<p style="${box} text-overflow: ellipsis">Recall at ten, of all users</p>`)).toEqual([]);
  });

  it('finds texts that lie over one another', async () => {
    const over = (style: string) =>
      `<div style="position: relative">Rating<b style="position: absolute; left: 20px; ${style}">menu</b></div>`;
    expect(await faultsOf(over(''))).toEqual(['overlap: "Rating" and "menu"']);
    expect(await faultsOf(over('left: 200px'))).toEqual([]);
    // A surface hides what is below it; one that can be seen through does not.
    expect(await faultsOf(over('background: white'))).toEqual([]);
    expect(await faultsOf(over('background: rgb(255 255 255 / 0.5)'))).toHaveLength(1);
  });

  it('looks only at what scrolling has left in view', async () => {
    const list = '<div style="height: 20px; overflow: auto"><p style="margin: 0">one</p><p>two</p></div>';
    expect(await faultsOf(`${list}<p style="margin: 0">below the list</p>`)).toEqual([]);
  });

  it('finds parts outside the window', async () => {
    expect(await faultsOf('<p style="width: 600px; height: 20px">wide</p>')).toEqual(['outside: the page is 600 wide in a window of 400']);
    expect(await faultsOf('<p style="height: 600px; margin: 0">high</p>')).toEqual(['outside: the page is 600 high in a window of 300']);
  });
});
