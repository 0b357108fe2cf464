import { beforeEach, describe, expect, it } from 'vitest';
import { seriousViolations } from './axe.ts';
import { openWorkbenchForEachTest, page, serve } from './workbench.ts';

openWorkbenchForEachTest();
beforeEach(async () => {
  await page.keyboard.press('Control+Shift+E');
  await page.getByRole('treeitem', { name: /^gated/ }).click();
  await page.locator('.view-line').first().waitFor();
  await page.getByText('No problems').waitFor();
});

/** Puts the cursor at the end of a line (from 1). */
async function goToLineEnd(line: number): Promise<void> {
  await page.locator('.view-lines').click({ position: { x: 10, y: 10 } });
  await page.keyboard.press('Control+Home');
  for (let at = 1; at < line; at++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
}

const PATH = '/workspaces/films/experiments/gated.experiment.jsonc';
const saved = async () => (await serve.backend.api['experiments.read']({ path: PATH })).text;

/** As another program would. */
const changeOnDisk = async (make: (text: string) => string) =>
  serve.backend.api['experiments.write']({ path: PATH, text: make(await saved()) });

describe('the experiment editor', () => {
  it('marks what is wrong, lists it under Problems, and leads from there to the place', async () => {
    await goToLineEnd(4);
    await page.keyboard.type('\n"strategy": "fulll",');
    await page.locator('.squiggly-error').first().waitFor();
    await page.getByRole('button', { name: /^1 errors/ }).click();
    const problem = page.getByRole('region', { name: 'Panel' }).getByRole('button', { name: /strategy/ });
    await problem.waitFor();
    await page.keyboard.press('Control+Home');
    await problem.click();
    await expect.poll(() => page.locator('.line-numbers.active-line-number').textContent()).toBe('5');
  });

  it('loses no letter however fast one types, shows the tab as unsaved, and saves', async () => {
    const comment = '// the quick brown fox jumps over the lazy dog and keeps typing while everything is checked';
    await goToLineEnd(3);
    await page.keyboard.type(`\n${comment}`, { delay: 0 });
    await page.getByRole('button', { name: /unsaved changes/ }).waitFor();
    expect(await saved()).not.toContain(comment);
    await page.keyboard.press('Control+S');
    await page.getByRole('button', { name: /unsaved changes/ }).waitFor({ state: 'detached' });
    expect(await saved()).toContain(comment);
  });

  it('completes keys and values from the schema and explains them on hover', async () => {
    await goToLineEnd(4);
    await page.keyboard.type('\n"strat');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'strategy' }).waitFor();
    await page.keyboard.press('Escape');
    const explained = async () => {
      await page.mouse.move(0, 0);
      await page.getByText('"integration"').first().hover();
      return page
        .locator('.monaco-hover:not(.hidden)')
        .first()
        .waitFor({ timeout: 2000 })
        .then(
          () => true,
          () => false,
        );
    };
    // Squiggles and ghost values that come meanwhile end a hover.
    await expect.poll(explained, { timeout: 20_000 }).toBe(true);
  });

  it('completes the data section', async () => {
    await goToLineEnd(4);
    await page.keyboard.type('\n"data": { "sampleU');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'sampleUsers' }).waitFor();
  });

  it('says in the plan how much of the dataset takes part', async () => {
    await page.getByText('all 610 users').waitFor();
    const text = (await saved()).replace('"task"', '"data": { "sampleUsers": 61 },\n  "task"');
    await serve.backend.api['experiments.write']({ path: PATH, text });
    await page.getByText('61 of 610 users').waitFor();
  });

  it('measures time and memory when nobody types, once for all numbers of steps, and puts them beside the plan', async () => {
    await page.getByText(/Measuring some steps on this device/).waitFor();
    await page.getByText(/About .* and 1.0 GB of memory/).waitFor();
    const finetune = page.getByRole('table', { name: 'Stages' }).getByRole('row', { name: /Fine-tune/ });
    await expect.poll(() => finetune.innerText()).toContain('1 min 15 s');
    const text = (await saved()).replace('"steps": 300', '"steps": 40');
    await serve.backend.api['experiments.write']({ path: '/workspaces/films/experiments/gated.experiment.jsonc', text });
    await expect.poll(() => finetune.innerText()).toContain('10 s');
    expect(serve.backend.estimates.measured.length).toBe(1);
  });

  it('stops measuring when asked to, and measures again when asked to', async () => {
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Time and memory are not measured yet.').waitFor();
    expect(serve.backend.estimates.measured).toEqual([]);
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText(/About .* of memory/).waitFor();
    expect(serve.backend.estimates.measured.length).toBe(1);
    await page.getByRole('button', { name: 'Measure again' }).click();
    await expect.poll(() => serve.backend.estimates.measured.length).toBe(2);
    await page.getByText(/About .* of memory/).waitFor();
  });

  it('asks about unsaved changes before it closes, and keeps them over a restart', async () => {
    await goToLineEnd(3);
    await page.keyboard.type('\n// kept');
    await page.getByRole('button', { name: /unsaved changes/ }).waitFor();
    await expect.poll(() => JSON.stringify(serve.backend.settings)).toContain('gated.experiment.jsonc');
    await page.reload();
    await page.getByText('// kept').waitFor();
    await page.keyboard.press('Alt+w');
    await page.getByRole('heading', { name: 'Save the changes to gated.experiment.jsonc?' }).waitFor();
    await page.getByRole('button', { name: "Don't save" }).click();
    await page.getByRole('heading', { name: 'User-LLM Workbench' }).waitFor();
    expect(await saved()).not.toContain('// kept');
  });

  it('asks before the window is closed over unsaved changes', async () => {
    await goToLineEnd(3);
    await page.keyboard.type(' // unsaved');
    await page.getByRole('button', { name: /unsaved changes/ }).waitFor();
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await page.getByText('// unsaved').waitFor();
  });

  it('takes over a change on disk', async () => {
    await changeOnDisk((text) => text.replace('"gated"', '"renamed elsewhere"'));
    await page.getByText('renamed elsewhere').waitFor();
    expect(await page.getByRole('button', { name: /unsaved changes/ }).count()).toBe(0);
  });

  it('merges a change on disk with unsaved ones that do not touch it, which can be undone', async () => {
    await goToLineEnd(4);
    await page.keyboard.type(' // mine');
    await changeOnDisk((text) => text.replace('"steps": 300', '"steps": 77'));
    await page.getByText('Those changes and yours are both in the text now.').waitFor();
    await page.getByText('// mine').waitFor();
    await page.locator('.view-line', { hasText: '77' }).waitFor();
    expect(await page.locator('.line-numbers.active-line-number').textContent()).toBe('4');
    await page.keyboard.press('Control+S');
    await page.getByRole('button', { name: /unsaved changes/ }).waitFor({ state: 'detached' });
    expect(await saved()).toMatch(/\/\/ mine[\s\S]*"steps": 77/);
    expect(await page.getByText('Those changes and yours').count()).toBe(0);
  });

  it('leaves it to the person when the same line has changed here and on disk, and saves nothing before', async () => {
    await goToLineEnd(3);
    await page.keyboard.type(' // mine');
    await changeOnDisk((text) => text.replace('"gated"', '"theirs"'));
    await page.getByText('This file has changed on disk').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press('Control+S');
    await page.locator('.toast').getByText('has changed on disk where you have changed it, too').waitFor();
    expect(await saved()).not.toContain('// mine');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('region', { name: 'On disk and here' }).getByText('"theirs"').waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go on editing' }).click();
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByText('This file has changed on disk').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+S');
    await expect.poll(saved).toContain('"gated", // mine');
  });

  it('takes what is on disk when the person says so', async () => {
    await goToLineEnd(3);
    await page.keyboard.type(' // mine');
    await changeOnDisk((text) => text.replace('"gated"', '"theirs"'));
    await page.getByRole('button', { name: 'Take what is on disk' }).click();
    await page.getByText('"theirs"').waitFor();
    expect(await page.getByText('// mine').count()).toBe(0);
    await page.getByRole('button', { name: /unsaved changes/ }).waitFor({ state: 'detached' });
  });

  it('says that its file is gone, and writes it again', async () => {
    const text = await saved();
    await serve.backend.api['experiments.delete']({ path: PATH });
    await page.getByText('This file is no longer on disk.').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('This file is no longer on disk.').waitFor({ state: 'detached' });
    expect(await saved()).toBe(text);
  });

  it('makes a new experiment for a dataset with the chosen integration', async () => {
    await page.keyboard.press('Control+Alt+N');
    await page.getByRole('option', { name: /^demo/ }).click();
    await page.getByRole('option', { name: /^Text prompt/ }).click();
    await page.getByRole('tab', { name: /^demo-text-prompt/ }).waitFor();
    await page.getByText('"prompted"').waitFor();
  });
});
