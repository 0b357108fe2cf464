import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seriousViolations } from './axe.ts';
import { openWorkbenchForEachTest, page, serve } from './workbench.ts';

openWorkbenchForEachTest();

async function openReproduction(): Promise<void> {
  await page.keyboard.press('Control+Shift+P');
  await page.keyboard.type('Reproduction of the paper');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Table 2: User-LLM and text prompts' }).waitFor();
}

const rowOf = (name: RegExp) => page.getByRole('row', { name });

describe('the reproduction editor', () => {
  it("shows the paper's numbers beside those of the runs, and gaps as such", async () => {
    await openReproduction();
    expect(
      await rowOf(/^next item: User-LLM/)
        .locator('td')
        .allTextContents(),
    ).toEqual(expect.arrayContaining(['0.122', '0.154', '-0.032']));
    expect(
      await rowOf(/^next item: text prompt/)
        .locator('td')
        .allTextContents(),
    ).toContain('not run yet');
    expect(await seriousViolations(page)).toEqual([]);
  });

  it('makes the experiment of a gap, and starts what is missing', async () => {
    await openReproduction();
    await page.getByRole('button', { name: 'Make the experiment: next item: text prompt' }).click();
    await page.getByRole('tab', { name: /^text-prompt-next-item-smoke-seed-1\.experiment\.jsonc/ }).waitFor();
    await openReproduction();
    await page.locator('header').getByRole('button', { name: 'Run 2 missing experiments' }).click();
    await page.getByRole('button', { name: 'Nothing is missing' }).waitFor();
    const names = (await serve.backend.api['runs.list']({})).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['text prompt, next-item (smoke, seed 1)', 'soft prompt, next-item (smoke, seed 1)']));
  });

  it('exports all tables as Markdown', async () => {
    await openReproduction();
    await page.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Markdown' }).click()]);
    expect(file.suggestedFilename()).toBe('reproduction.md');
    expect(readFileSync(await file.path(), 'utf8')).toContain('| next item: User-LLM | 0.041 | 0.122 | 0.154 | -0.032 | 0.196 |');
  });
});

describe('the plan of a sweep', () => {
  it('says how many runs there are, what differs and what is shared, and starts all of them', async () => {
    const text = JSON.stringify({ name: 'swept', dataset: 'demo', sweep: { strategy: ['full', 'enc'], seed: [1, 2] } }, null, 2);
    await serve.backend.api['experiments.write']({ path: 'swept.experiment.jsonc', text });
    await page.keyboard.press('Control+Shift+E');
    await page.getByRole('treeitem', { name: /^swept/ }).click();
    const sweep = page.getByRole('region', { name: 'Sweep' });
    await sweep.getByRole('heading', { name: 'Sweep of 4 runs' }).waitFor();
    expect(await sweep.getByRole('row').allTextContents()).toEqual(expect.arrayContaining(['strategyfull, enc', 'seed1, 2']));
    expect(await sweep.getByText('2 trainings shared by 4 runs').count()).toBe(2);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('tab', { name: /4 runs/ }).waitFor();
    const names = (await serve.backend.api['runs.list']({})).map(({ name }) => name);
    expect(names).toContain('swept (strategy=enc, seed=2)');
  });
});
