import { beforeEach, describe, expect, it } from 'vitest';
import { seriousViolations } from './axe.ts';
import { openWorkbenchForEachTest, page, serve } from './workbench.ts';

openWorkbenchForEachTest();

const editorTabs = () => page.locator('.editor-tab-title').allTextContents();
const run = (name: RegExp) => page.getByRole('treeitem', { name });

describe('tabs', () => {
  beforeEach(async () => {
    await page.keyboard.press('Control+Shift+U');
  });

  it('of one-click opens are shared, in italics, until a double click keeps one', async () => {
    await run(/^completed ungated/).click();
    await page.getByRole('heading', { name: 'ungated' }).waitFor();
    expect(await page.locator('.editor-tab-preview').allTextContents()).toEqual(['ungated']);
    await run(/^completed encoder only/).click();
    await expect.poll(editorTabs).toEqual(['encoder only']);
    await run(/^completed encoder only/).dblclick();
    await expect.poll(() => page.locator('.editor-tab-preview').count()).toBe(0);
    await run(/^completed ungated/).click();
    await expect.poll(editorTabs).toEqual(['encoder only', 'ungated']);
    await page.locator('.editor-tab', { hasText: 'ungated' }).dblclick();
    await page.reload();
    await expect.poll(editorTabs).toEqual(['encoder only', 'ungated']);
    expect(await page.locator('.editor-tab-preview').count()).toBe(0);
  });

  it('that are pinned stand first and stay when the others are closed, which can be opened again', async () => {
    await run(/^completed ungated/).dblclick();
    await run(/^completed encoder only/).dblclick();
    await expect.poll(editorTabs).toEqual(['ungated', 'encoder only']);
    await page.locator('.editor-tab', { hasText: 'encoder only' }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pin editor' }).click();
    await expect.poll(editorTabs).toEqual(['encoder only', 'ungated']);
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+W');
    await expect.poll(editorTabs).toEqual(['encoder only']);
    await page.keyboard.press('Control+Shift+T');
    await expect.poll(editorTabs).toEqual(['encoder only', 'ungated']);
  });

  it('that were open lately come first in quick open', async () => {
    await run(/^completed no user/).click();
    await page.getByRole('heading', { name: 'no user at all' }).waitFor();
    await page.keyboard.press('Control+P');
    await expect
      .poll(() => page.getByRole('listbox').getByRole('option').first().textContent())
      .toMatch(/^no user at all.*recently opened$/);
  });
});

describe('the settings editor', () => {
  it('finds a setting, changes it for the user or the workspace, and brings the usual value back', async () => {
    await page.keyboard.press('Control+,');
    await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('searchbox', { name: 'Search settings' }).fill('contrast');
    await page.getByRole('combobox', { name: 'Colour theme' }).selectOption('contrast-light');
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('contrast-light');
    await page.getByRole('tab', { name: 'Workspace' }).click();
    await page.getByRole('combobox', { name: 'Colour theme' }).selectOption('contrast-dark');
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('contrast-dark');
    expect(serve.backend.preferences).toEqual({
      user: { 'appearance.theme': 'contrast-light' },
      workspace: { 'appearance.theme': 'contrast-dark' },
    });
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Usual value of Colour theme' }).click();
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('contrast-light');
  });

  it('has its JSON behind it, which refuses what is not JSON', async () => {
    await page.keyboard.press('Control+,');
    await page.getByRole('button', { name: 'Open as JSON' }).click();
    await page.locator('.view-line').first().waitFor();
    await page.locator('.view-lines').click({ position: { x: 10, y: 10 } });
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText('{ "appearance.motion" "reduced" }');
    await page.keyboard.press('Control+S');
    await page.getByText('settings: expected JSON, got ColonExpected in line 1').waitFor();
    expect(serve.backend.preferences.user).toEqual({});
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText('{ "appearance.motion": "reduced" }');
    await page.keyboard.press('Control+S');
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.motion)).toBe('reduced');
    await expect.poll(() => serve.backend.preferences.user).toEqual({ 'appearance.motion': 'reduced' });
  });

  it('keep what is unsaved of their JSON over a restart, and say when they were changed elsewhere meanwhile', async () => {
    await page.keyboard.press('Control+,');
    await page.getByRole('button', { name: 'Open as JSON' }).click();
    await page.locator('.view-lines').click({ position: { x: 10, y: 10 } });
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText('{ "appearance.motion": "reduced" }');
    await page.getByText('Settings take effect when they are saved.').waitFor();
    await expect.poll(() => JSON.stringify(serve.backend.settings)).toContain('settingsJson');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText('"reduced"').waitFor();
    await page.getByText('Settings take effect when they are saved.').waitFor();
    await serve.backend.api['preferences.set']({ scope: 'user', values: { 'appearance.theme': 'light' } });
    await page.getByText('These settings have been changed elsewhere since.').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Take those that are saved' }).click();
    await page.getByText('"light"').waitFor();
    expect(await page.getByText('These settings have been changed elsewhere since.').count()).toBe(0);
  });
});

describe('the keyboard shortcuts', () => {
  it('are changed by pressing other keys, warn of conflicts, and hold at once', async () => {
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+S');
    await page.getByRole('table', { name: 'Keyboard shortcuts' }).waitFor();
    await page.getByText('Only conflicts').click();
    await page.getByText('No two commands share keys.').waitFor();
    await page.getByText('Only conflicts').click();
    await page.getByRole('searchbox').fill('toggle panel');
    await page.getByRole('button', { name: 'Change the keys of Toggle panel' }).click();
    await page.keyboard.press('Control+B');
    await page.getByText('These keys also run: View: Toggle side bar').waitFor();
    await page.keyboard.press('F8');
    await page.keyboard.press('F9');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /Toggle panel.*F9.*you/ }).waitFor();
    expect(serve.backend.preferences.user).toEqual({ 'keyboard.shortcuts': { 'workbench.togglePanel': ['F9'] } });
    await page.keyboard.press('F9');
    await page.getByRole('region', { name: 'Panel' }).waitFor();
    await page.getByRole('button', { name: 'Usual keys for Toggle panel' }).click();
    await page.getByRole('row', { name: /Toggle panel.*Ctrl\+J/ }).waitFor();
    await page.keyboard.press('Control+J');
    await page.getByRole('region', { name: 'Panel' }).waitFor({ state: 'detached' });
  });
});

describe('the walkthrough', () => {
  it('makes up a dataset by one click, and then offers the next step', async () => {
    await page.getByRole('button', { name: 'New here? Take the walkthrough' }).click();
    await page.getByRole('button', { name: 'Make the sample dataset' }).click();
    await page.getByRole('button', { name: 'Write it for me' }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
  });
});
