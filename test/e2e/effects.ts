import { expect } from 'vitest';
import { page, serve } from './workbench.ts';

/** What a person could notice of the page: its content and where the focus is, but no caret that blinks and no code that is fetched. */
const snapshot = (): Promise<string> =>
  page.evaluate(() => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    // Code that is fetched ahead shows in the head of the page, which nobody sees.
    copy.querySelector('head')?.remove();
    for (const blinking of copy.querySelectorAll('.cursors-layer, .quick')) blinking.remove();
    const focused = document.activeElement;
    const fields = [...document.querySelectorAll('input, select')].map((field) => (field as HTMLInputElement).value);
    return [copy.outerHTML, focused?.outerHTML.slice(0, 300), ...fields].join('\n');
  });

/** Waits until nothing moves any more. */
async function rest(): Promise<string> {
  let before = '';
  await expect
    .poll(
      async () => {
        const now = await snapshot();
        const isSame = now === before;
        before = now;
        return isSame;
      },
      { interval: 120 },
    )
    .toBe(true);
  return before;
}

/** Calls of the backend that change something or read anew; the page keeps its layout by itself. */
function countCalls(): () => number {
  const { api } = serve.backend;
  const originals = { ...api };
  let calls = 0;
  for (const [method, call] of Object.entries(originals)) {
    if (method.startsWith('settings.')) continue;
    Object.assign(api, {
      [method]: (request: never) => {
        calls += 1;
        return (call as (request: never) => unknown)(request);
      },
    });
  }
  return () => {
    Object.assign(api, originals);
    return calls;
  };
}

/** Whether an action has any effect: on the page, or on the backend. */
export async function hasEffect(action: () => Promise<void>): Promise<boolean> {
  const before = await rest();
  const callsSince = countCalls();
  await action();
  const isChanged = (await rest()) !== before;
  return callsSince() > 0 || isChanged;
}
