import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureBundle } from '../../scripts/bundle.mjs';
import { seriousViolations } from './axe.ts';
import { launchBrowser, type OpenPage, openPage } from './browser.ts';
import { type FakeServe, serveFake } from './fakeServe.ts';

let browser: Browser;
let serve: FakeServe;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  expect(await ensureBundle('renderer')).toBe(true);
  browser = await launchBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  serve = await serveFake();
  opened = await openPage(browser, serve.url, { width: 1024, height: 700 });
  page = opened.page;
  await page.keyboard.press('Control+Shift+U');
  await page.getByRole('treeitem', { name: /^completed gated/ }).click();
  await page.getByRole('heading', { name: 'gated', exact: true }).waitFor();
  await page.keyboard.press('Control+Alt+P');
  await page.getByRole('heading', { name: 'Playground' }).waitFor();
});
afterEach(async () => {
  expect(opened.errors).toEqual([]);
  await opened.context.close();
  await serve.close();
});

const textOf = (column: string) => page.getByRole('status', { name: `${column}: text`, exact: true });
async function write(): Promise<void> {
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  await expect.poll(() => page.locator('.play-text[aria-busy=true]').count()).toBe(0);
}
const chooseUser = async (label: string, id: string) => {
  const field = page.getByRole('combobox', { name: label, exact: true });
  await field.fill(id);
  await page.getByRole('option', { name: new RegExp(`^User ${id} `) }).waitFor();
  await field.press('Enter');
};

describe('the playground', () => {
  it('is one keystroke from a run, and writes with the user, without, for another and from a text prompt', async () => {
    await chooseUser('User', '5');
    await chooseUser('Another user', '17');
    await write();
    const texts = await Promise.all(
      ['Personalised', 'Unpersonalised', 'Another user', 'Text prompt'].map((column) => textOf(column).textContent()),
    );
    expect(new Set(texts).size).toBe(4);
    await textOf('Unpersonalised').locator('mark').first().waitFor();
    await page.getByText(/^History: Silent Harbour/).waitFor();
    expect(await page.getByRole('region', { name: 'Personalised', exact: true }).getByRole('listitem').count()).toBe(5);
    expect(await seriousViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1024);
  });

  it('writes anew for a history from which an event was taken, and for one to which an event was added', async () => {
    await chooseUser('User', '5');
    await write();
    const whole = await textOf('Personalised').textContent();
    await page
      .getByRole('button', { name: /^Remove / })
      .first()
      .click();
    await write();
    const shorter = await textOf('Personalised').textContent();
    expect(shorter).not.toBe(whole);
    await page.getByRole('combobox', { name: 'Add an event' }).fill('velvet');
    await page
      .getByRole('option', { name: /^Velvet/ })
      .first()
      .waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('added · ').waitFor();
    await write();
    expect(await textOf('Personalised').textContent()).not.toBe(shorter);
    await page.getByRole('button', { name: 'Undo all changes' }).click();
    await page.getByText('added · ').waitFor({ state: 'detached' });
    await write();
    expect(await textOf('Personalised').textContent()).toBe(whole);
  });

  it('scales the gates as the slider moves: at 0 the user is kept out', async () => {
    await write();
    expect(await textOf('Personalised').textContent()).not.toBe(await textOf('Unpersonalised').textContent());
    await page.getByRole('slider', { name: 'Gate scale' }).press('Home');
    await expect.poll(() => textOf('Personalised').textContent()).toBe(await textOf('Unpersonalised').textContent());
    expect(await textOf('Personalised').locator('mark').count()).toBe(0);
    await page.getByRole('button', { name: 'As learnt' }).click();
    await expect.poll(() => textOf('Personalised').locator('mark').count()).toBeGreaterThan(0);
  });

  it('is as it was left after a restart: users, history, prompt, gates, columns', async () => {
    await chooseUser('User', '5');
    await chooseUser('Another user', '17');
    await page
      .getByRole('button', { name: /^Remove / })
      .first()
      .click();
    await page.getByLabel('Prompt', { exact: true }).fill('A title like these:');
    await page.getByRole('slider', { name: 'Gate scale' }).press('Home');
    await page.getByRole('checkbox', { name: 'Unpersonalised' }).uncheck();
    await expect.poll(() => JSON.stringify(serve.backend.settings)).toContain('"hidden":["unpersonalised"]');
    const events = await page.locator('.play-events li').count();
    await page.reload();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await page.getByText('User number 4, edited, gates × 0').waitFor();
    await expect.poll(() => page.locator('.play-events li').count()).toBe(events);
    expect(await page.getByLabel('Prompt', { exact: true }).inputValue()).toBe('A title like these:');
    expect(await page.getByRole('combobox', { name: 'Another user' }).inputValue()).toBe('User number 16');
    expect(await page.getByRole('region', { name: 'Unpersonalised', exact: true }).count()).toBe(0);
  });

  it('ends what it writes when it is told to stop', async () => {
    const { api } = serve.backend;
    const stoppedIds: string[] = [];
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [write, stop] = [api['runs.write'], api['models.stopGeneration']];
    api['runs.write'] = async (request) => gate.then(() => write(request));
    api['models.stopGeneration'] = async (request) => {
      stoppedIds.push(request.generationId);
      return stop(request);
    };
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await page.getByText('Waiting for the model…').first().waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(() => stoppedIds.length).toBeGreaterThanOrEqual(4);
    release();
    await page
      .getByText(/, stopped, first after/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Write', exact: true }).waitFor();
  });

  it('opens on another run from its own view, and remembers which after a restart', async () => {
    await page.getByRole('navigation').getByRole('button', { name: 'Playground' }).click();
    await page
      .getByRole('tree', { name: 'Models to write with' })
      .getByRole('treeitem', { name: /^ungated/ })
      .click();
    const chosen = () => page.getByLabel('Run', { exact: true }).evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text);
    await expect.poll(chosen).toBe('ungated');
    await page.reload();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await expect.poll(chosen).toBe('ungated');
  });
});

describe('the playground of an empty workspace', () => {
  it('says what to do first', async () => {
    const empty = await serveFake({ empty: true });
    const { page: fresh, context, errors } = await openPage(browser, empty.url);
    await fresh.getByRole('navigation').getByRole('button', { name: 'Playground' }).click();
    await fresh.getByText('No run has a fine-tuned model yet').waitFor();
    await fresh.keyboard.press('Control+Alt+P');
    await fresh.getByRole('heading', { name: 'No model to talk to yet' }).waitFor();
    expect(await seriousViolations(fresh)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
    await empty.close();
  });
});
