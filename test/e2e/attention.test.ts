import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { seriousViolations } from './axe.ts';
import { openWorkbenchForEachTest, page } from './workbench.ts';

openWorkbenchForEachTest({ width: 1024, height: 700, theme: 'light' });
beforeEach(() => page.keyboard.press('Control+Shift+U'));

async function show(run: RegExp): Promise<void> {
  await page.getByRole('treeitem', { name: run }).click();
  await page.keyboard.press('Control+Alt+A');
  await page.getByRole('heading', { name: /^Attention of/ }).waitFor();
  await page.getByRole('region', { name: 'Tokens' }).waitFor();
}
const events = () => page.getByRole('region', { name: 'Events' });
const firstEvent = () => events().getByRole('button').first();

describe('attention', () => {
  it('lights up events for a token and tokens for an event, by pointer and by keyboard', async () => {
    await show(/^completed gated/);
    await page.getByRole('img', { name: /^Attention, mean of layers, mean of heads, gates applied\. Largest/ }).waitFor();
    await events().getByText('attention while the answer was written').waitFor();
    const weights = () => events().locator('.attention-weight').allTextContents();
    const before = await weights();
    await page.getByRole('button', { name: 'token Next', exact: true }).hover();
    await events().getByText('attention after “Next”').waitFor();
    expect(await weights()).not.toEqual(before);
    await firstEvent().focus();
    await expect.poll(() => page.locator('.attention-token').first().getAttribute('style')).toContain('--weight');
    await page.keyboard.press('Enter');
    expect(await firstEvent().getAttribute('aria-pressed')).toBe('true');
    expect(await firstEvent().textContent()).toMatch(/rated \d/);
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1024);
  });

  it('shows one layer and head, with gates or without', async () => {
    await show(/^completed gated/);
    const strongest = () => firstEvent().locator('.attention-weight').textContent();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('weight');
    await page.getByRole('combobox', { name: 'Layer' }).selectOption('1');
    await page.getByRole('combobox', { name: 'Head' }).selectOption('0');
    await page.getByRole('heading', { name: 'Attention, layer 1, head 1, gates applied' }).waitFor();
    const gated = Number(await strongest());
    await page.getByRole('checkbox', { name: 'Gates applied' }).uncheck();
    await page.getByRole('heading', { name: 'Attention, layer 1, head 1, before the gates' }).waitFor();
    expect(Number(await strongest())).toBeGreaterThan(10 * gated);
  });

  it('exports the weights as numbers', async () => {
    await show(/^completed gated/);
    await page.getByRole('button', { name: /^Export Attention, mean/ }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Save as CSV' }).click()]);
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines.length).toBe(1 + (await page.locator('.attention-token').count()));
    expect(lines[0]).toMatch(/^token,/);
  });

  it('measures which events moved the answer, and orders them by it', async () => {
    await show(/^completed gated/);
    await page.getByText('Attention says where the model looked, not why').waitFor();
    await page.getByRole('button', { name: /^Measure \d+ events$/ }).click();
    await page.getByText(/with the history and -4\.2 without the user: 3\.32 times as likely/).waitFor();
    await page.getByText(/Rank correlation of attention and size of the effect: -?\d\.\d\d/).waitFor();
    await page.getByRole('img', { name: /^Change of the answer's log-probability by event/ }).waitFor();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('effect');
    const texts = await events().locator('.attention-effect').allTextContents();
    const sizes = texts.map((text) => Number(text.slice(1)));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes[0]).toBeGreaterThan(0.3);
    expect(await seriousViolations(page)).toEqual([]);
  });

  it('of another answer is asked for anew', async () => {
    await show(/^completed gated/);
    await page.getByRole('textbox', { name: 'Answer' }).fill('Velvet River');
    await page.getByRole('button', { name: 'Use', exact: true }).click();
    await page.getByRole('button', { name: 'token River, of the answer' }).waitFor();
  });

  it('says why there is none without cross-attention or without a model', async () => {
    await show(/^completed no user/);
    await page.getByText('This run knows nothing of the user').waitFor();
    await page.getByRole('treeitem', { name: /^interrupted/ }).click();
    await page.getByRole('tab', { name: 'Attention', exact: true }).click();
    await page.getByRole('heading', { name: 'No model to look into yet' }).waitFor();
  });
});
