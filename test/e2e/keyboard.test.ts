import { describe, expect, it } from 'vitest';
import { seriousViolations } from './axe.ts';
import { openWorkbenchForEachTest, page, serve } from './workbench.ts';

openWorkbenchForEachTest();

const theme = () => page.evaluate(() => document.documentElement.dataset.theme);

describe('the keyboard alone', () => {
  it('finds a command by a few letters, runs it, and lists it first the next time', async () => {
    expect(await theme()).toBe('dark');
    await page.keyboard.press('Control+Shift+P');
    const box = page.getByRole('combobox', { name: 'Type the name of a command' });
    await expect.poll(() => box.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.type('switch light');
    await page.getByRole('option', { name: /Switch between light and dark theme/ }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(theme).toBe('light');
    await page.keyboard.press('F1');
    await expect.poll(() => page.getByRole('option').first().textContent()).toContain('Switch between light and dark theme');
    await page.keyboard.press('Escape');
    await page.getByRole('combobox').waitFor({ state: 'detached' });
  });

  it('opens a run by quick open, and closes its tab', async () => {
    await page.keyboard.press('Control+P');
    await page.keyboard.type('ungat');
    await page.getByRole('option', { name: /ungated/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'ungated' }).waitFor();
    await page.keyboard.press('Alt+w');
    await page.getByRole('heading', { name: 'User-LLM Workbench' }).waitFor();
  });

  it('walks the tree of runs, selects two and compares them', async () => {
    await page.keyboard.press('Control+Shift+U');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Runs');
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+ArrowUp');
    expect(await page.getByRole('treeitem', { selected: true }).count()).toBe(2);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Compare runs' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ContextMenu');
    await page.getByRole('menuitem', { name: 'Compare runs' }).press('Enter');
    await page.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
  });

  it('finds a row of a tree by typing its first letters', async () => {
    await page.keyboard.press('Control+Shift+U');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Runs');
    await page.keyboard.type('enc');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'encoder only' }).waitFor();
  });

  it('asks before it deletes, and deletes', async () => {
    await page.keyboard.press('Control+Shift+U');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Runs');
    await page.keyboard.type('no user');
    await page.keyboard.press('Delete');
    await page.getByRole('heading', { name: 'Delete the run no user at all?' }).waitFor();
    await page.keyboard.press('Escape');
    expect(serve.backend.runs.byId.has('run-none')).toBe(true);
    await page.getByRole('tree', { name: 'Runs' }).press('Delete');
    await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    await page.getByRole('treeitem', { name: /^completed no user at all/ }).waitFor({ state: 'detached' });
    expect(serve.backend.runs.byId.has('run-none')).toBe(false);
  });
});

describe('the layout', () => {
  it('is there again after a restart: tabs, active view, panel and theme', async () => {
    await page.keyboard.press('Control+Shift+U');
    await page.getByRole('treeitem', { name: /^completed ungated/ }).click();
    await page.getByRole('heading', { name: 'ungated' }).waitFor();
    await page.keyboard.press('Control+J');
    await page.keyboard.press('Control+Shift+P');
    await page.keyboard.type('switch light');
    await page.keyboard.press('Enter');
    await expect.poll(theme).toBe('light');
    await expect.poll(() => JSON.stringify(serve.backend.settings)).toContain('"panelVisible":true,"panelHeight":200,"activePanel":"jobs"');
    expect(serve.backend.preferences.user).toEqual({ 'appearance.theme': 'light' });
    await page.reload();
    await page.getByRole('heading', { name: 'ungated' }).waitFor();
    await page.getByRole('tree', { name: 'Runs' }).waitFor();
    await page.getByRole('tab', { name: /^Jobs/ }).waitFor();
    expect(await theme()).toBe('light');
  });

  it('puts two editors side by side', async () => {
    await page.keyboard.press('Control+Shift+U');
    await page.getByRole('treeitem', { name: /^completed ungated/ }).dblclick();
    await page.getByRole('treeitem', { name: /^completed encoder only/ }).click();
    await page.getByRole('heading', { name: 'encoder only' }).waitFor();
    await page.keyboard.press('Control+\\');
    await page.getByRole('heading', { name: 'ungated' }).waitFor();
    const left = (await page.getByRole('heading', { name: 'ungated' }).boundingBox())!;
    const right = (await page.getByRole('heading', { name: 'encoder only' }).boundingBox())!;
    expect(right.x).toBeGreaterThan(left.x + left.width);
  });
});
