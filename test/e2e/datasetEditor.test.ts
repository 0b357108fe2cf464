import { describe, expect, it } from 'vitest';
import { openWorkbenchForEachTest, page } from './workbench.ts';

openWorkbenchForEachTest({ demoUsers: 10_000_000 });

const openDataset = (name: string) => page.getByRole('treeitem', { name: new RegExp(`^${name}`) }).click();
const tab = (name: RegExp) => page.getByRole('tab', { name }).last().click();
const firstCells = () => page.getByRole('row').locator('[role=cell]:first-child').allTextContents();

describe('the users of a dataset', () => {
  it('are sorted by the server, and found by their id', async () => {
    await openDataset('ml-latest-small');
    await tab(/^Users/);
    await page.getByRole('row', { name: /^3 2 / }).waitFor();
    await page.getByRole('columnheader', { name: 'Events' }).getByRole('button').click();
    await expect.poll(() => page.getByRole('columnheader', { name: 'Events' }).getAttribute('aria-sort')).toBe('descending');
    await expect.poll(async () => (await firstCells()).slice(0, 2)).toEqual(['373', '282']);
    await page.getByRole('searchbox', { name: 'Search by user id' }).fill('61');
    await page.getByText('7 users').waitFor();
    await page.getByRole('searchbox', { name: 'Search by user id' }).fill('nobody');
    await page.getByText('No user has this id').waitFor();
  });

  it('may be ten million: keys, wheel and scroll bar reach each of them', async () => {
    await openDataset('demo');
    await tab(/^Users/);
    const table = page.getByRole('table', { name: 'Users' });
    await page.getByRole('row', { name: /^1 0 / }).focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { name: /^10000000 9,999,999 / }).waitFor();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'))).toBe('10000000');
    await page.keyboard.press('Home');
    await page.getByRole('row', { name: /^1 0 / }).waitFor();
    // A turn of the wheel moves by a few rows, however many there are.
    await table.hover();
    await page.mouse.wheel(0, 240);
    await expect.poll(async () => Number((await firstCells())[0])).toBeLessThan(11);
    await page.getByRole('row', { name: /^11 10 / }).waitFor();
    await table.evaluate((box) => {
      box.scrollTop = (box.scrollHeight - box.clientHeight) / 2;
    });
    await expect.poll(async () => Math.round(Number((await firstCells())[0]) / 1000)).toBe(5000);
    expect(await page.getByRole('row').count()).toBeLessThan(80);
  });

  it('open their timeline with Enter', async () => {
    await openDataset('ml-latest-small');
    await tab(/^Users/);
    await page.getByRole('row', { name: /^3 2 / }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Timeline of user 2' }).waitFor();
  });
});

describe('the report of a dataset', () => {
  it('may be about a part of it, whose options an experiment takes over', async () => {
    await openDataset('ml-latest-small');
    await page.getByText('Part of the dataset').click();
    await page.getByLabel('Events of a user, at least').fill('many');
    expect(await page.getByRole('button', { name: 'Report on this part' }).isDisabled()).toBe(true);
    await page.getByLabel('Events of a user, at least').fill('52');
    await page.keyboard.press('Enter');
    await page.getByText('94,732 of 100,832 events, 549 of 610 users').waitFor();
    await page.getByText('"data": { "minEventsPerUser": 52 }').waitFor();
    await page.locator('.figure', { hasText: 'Users' }).getByText('549', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Whole dataset' }).click();
    await page.locator('.figure', { hasText: 'Users' }).getByText('610', { exact: true }).waitFor();
  });

  it('says so where nobody is left', async () => {
    await openDataset('ml-latest-small');
    await page.getByText('Part of the dataset').click();
    await page.getByLabel('Events of a user, at least').fill('5000');
    await page.keyboard.press('Enter');
    await page.getByText('expected at least one user of "ml-latest-small", got none').waitFor();
  });
});

describe('the items of a dataset', () => {
  it('are found by their title, the most frequent first', async () => {
    await openDataset('ml-latest-small');
    await tab(/^Items/);
    await page.getByRole('row', { name: /^Silent Harbour/ }).waitFor();
    await page.getByRole('searchbox', { name: 'Search by title or id' }).fill('lullaby');
    await page.getByText('12 items').waitFor();
    expect((await firstCells())[0]).toBe('Silent Lullaby (2017)');
  });
});

describe('a dataset', () => {
  it('lists its rejected rows under Problems while it is open, and leads from there to them', async () => {
    await openDataset('ml-latest-small');
    await page.getByRole('button', { name: /^0 errors,.*4 warnings/ }).click();
    await page
      .getByRole('region', { name: 'Panel' })
      .getByRole('button', { name: /got "six".*Ln 17/ })
      .click();
    await page.getByRole('table', { name: 'Rejected rows' }).waitFor();
    await page.keyboard.press('Control+W');
    await page.getByRole('button', { name: /^0 errors,.*0 warnings/ }).waitFor();
  });

  it('is renamed, exported and deleted', async () => {
    await openDataset('demo');
    await page.getByRole('button', { name: 'Rename demo' }).click();
    await page.getByLabel('New name').fill('ml-latest-small');
    await page.getByText('There is already a dataset ml-latest-small.').waitFor();
    await page.getByLabel('New name').fill('people');
    await page.keyboard.press('Enter');
    await page.getByRole('treeitem', { name: /^people/ }).waitFor();
    await page.getByRole('button', { name: 'Export people' }).click();
    await page.getByLabel(/^File/).fill('/data/people.csv');
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByText('were written to /data/people.csv (4.0 MB)').waitFor();
    await page.getByRole('button', { name: 'Delete people' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('31.0 MB of the disk are free again').waitFor();
    await expect.poll(() => page.getByRole('treeitem', { name: /^people/ }).count()).toBe(0);
  });
});
