import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { seriousViolations } from './axe.ts';
import { opened, openWorkbenchForEachTest, page } from './workbench.ts';

openWorkbenchForEachTest();
beforeEach(() => opened.context.grantPermissions(['clipboard-read', 'clipboard-write']));

const firstCells = () => page.locator('.table-body-row [role=cell]:first-child').allTextContents();
const item = (name: string) => page.getByRole('menuitem', { name, exact: true }).click();

describe('a table', () => {
  const menu = () => page.getByRole('button', { name: 'Filter, group, columns, copy: Keyboard shortcuts' }).click();

  beforeEach(async () => {
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+S');
    await page.getByRole('table', { name: 'Keyboard shortcuts' }).waitFor();
  });

  it('is filtered, and copied as it is shown', async () => {
    await menu();
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Filter rows' }).fill('command:"toggle p"');
    await expect.poll(firstCells).toEqual(['View: Toggle panel']);
    await page.getByText('1 of').waitFor();
    await menu();
    await item('Copy as LaTeX');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('  Command & Keys & Set by \\\\\n  \\midrule\n  View: Toggle panel & Ctrl+J & the workbench \\\\');
  });

  it('is grouped by a column, and groups fold', async () => {
    await menu();
    await item('Group by…');
    await item('Set by');
    const withoutKeys = page.getByRole('button', { name: /^–\s?\d+$/ });
    await withoutKeys.click();
    await expect.poll(() => withoutKeys.getAttribute('aria-expanded')).toBe('false');
    await page.getByRole('button', { name: /^the workbench\s?\d+$/ }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });

  it('has columns that are hidden and made wider', async () => {
    await menu();
    await item('Columns…');
    await item('Set by');
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Set by' }).waitFor({ state: 'detached' });
    const width = async () => (await page.getByRole('columnheader', { name: 'Keys', exact: true }).boundingBox())!.width;
    const before = await width();
    await page.getByRole('columnheader', { name: 'Keys', exact: true }).getByRole('button').press('Shift+ArrowRight');
    await expect.poll(width).toBe(before + 16);
  });
});

describe('the charts of a run', () => {
  const ranges = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('.chart-plot')].map((div) =>
        (div as unknown as { layout: { xaxis: { range: number[] } } }).layout.xaxis.range.map(Math.round),
      ),
    );

  beforeEach(async () => {
    await page.keyboard.press('Control+Shift+U');
    await page.getByRole('treeitem', { name: /^completed gated/ }).click();
    await page.locator('.chart-plot .main-svg').first().waitFor();
    await expect.poll(() => page.locator('.chart-plot:not(:has(.main-svg))').count()).toBe(0);
  });

  it('zoom and hover together, and are reset together', async () => {
    const before = await ranges();
    const plot = page.locator('.chart-plot').first();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await expect.poll(async () => new Set((await ranges()).map(String)).size).toBe(1);
    expect(await ranges()).not.toEqual(before);
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
    await expect.poll(() => page.locator('.chart-plot .hoverlayer .legend, .chart-plot .hoverlayer .hovertext').count()).toBeGreaterThan(1);
    await page
      .getByRole('button', { name: /^Reset zoom of/ })
      .first()
      .press('r');
    await expect.poll(ranges).toEqual(before);
  });

  it('are saved with their title and what was changed', async () => {
    await page
      .getByRole('button', { name: /^Logarithmic axis for/ })
      .first()
      .click();
    await page
      .getByRole('button', { name: /^Export / })
      .first()
      .click();
    expect(await seriousViolations(page)).toEqual([]);
    const [file] = await Promise.all([page.waitForEvent('download'), item('Save as SVG')]);
    const svg = readFileSync(await file.path(), 'utf8');
    expect(svg).toContain('vertical axis logarithmic');
    expect(svg).toContain(file.suggestedFilename().replace('.svg', ''));
  });
});

describe('the tab of an editor', () => {
  it('is in view whole, however many there are', async () => {
    await page.setViewportSize({ width: 800, height: 600 });
    await page.keyboard.press('Control+Shift+U');
    const rows = page.getByRole('treeitem', { name: /^completed/ });
    await rows.first().waitFor();
    for (let at = 0; at < (await rows.count()); at++) {
      await rows.nth(at).dblclick();
      await expect.poll(() => page.locator('.editor-tab').count()).toBe(at + 1);
    }
    const hidden = page.locator('.dv-tabs-overflow-dropdown-default');
    await hidden.waitFor();
    const leftOf = async (selector: string, edge: 'left' | 'right') =>
      page.locator(selector).evaluate((element, side) => element.getBoundingClientRect()[side], edge);
    await expect
      .poll(async () => (await leftOf('.dv-tab.dv-active-tab', 'right')) - (await leftOf('.dv-tabs-overflow-dropdown-default', 'left')))
      .toBeLessThanOrEqual(1);
  });
});
