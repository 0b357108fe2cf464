import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../src-shared/experiment.ts';
import { seriousViolations } from './axe.ts';
import { openWorkbenchForEachTest, page } from './workbench.ts';

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);

openWorkbenchForEachTest({
  width: 1024,
  height: 700,
  prepare: ({ backend }) => {
    for (const seed of SEEDS) {
      const name = `next-item, cross-attention, seed ${seed}`;
      const { config, source, stages } = backend.runs.get('run-gated').detail;
      backend.runs.add({
        id: `run-seed-${seed}`,
        name,
        status: 'completed',
        minutesAgo: 100 + seed,
        config: config as Experiment,
        source,
        stages,
      });
    }
  },
});

const rows = () => page.getByRole('tree', { name: 'Runs' }).getByRole('treeitem');

describe('the list of many runs', () => {
  it('is filtered by words of name, dataset and status, and keeps what is selected for a comparison', async () => {
    await page.keyboard.press('Control+Shift+U');
    const field = page.getByRole('searchbox', { name: 'Filter runs' });
    await field.fill('SEED 1 cross-attention completed');
    await expect.poll(() => rows().count()).toBe(4);
    await page.getByRole('treeitem', { name: /seed 11\b/ }).click();
    expect(await seriousViolations(page)).toEqual([]);
    await field.fill('seed 7');
    await page.getByRole('treeitem', { name: /seed 7\b/ }).click({ modifiers: ['Control'] });
    await page.getByRole('button', { name: 'Compare 2 runs' }).waitFor();
    await field.fill('nothing like it');
    await page.getByText('No run matches “nothing like it”.').waitFor();
    await field.fill('');
    await field.press('ArrowDown');
    await expect.poll(() => page.getByRole('tree', { name: 'Runs' }).evaluate((tree) => tree === document.activeElement)).toBe(true);
  });
});
