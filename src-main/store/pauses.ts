import { setImmediate } from 'node:timers/promises';

const LONGEST_TURN_MS = 25;

/** Lets others have a turn every few milliseconds of a long computation: a backend that counts still answers. */
export function createPauses(): () => Promise<void> | null {
  let since = performance.now();
  return () => {
    if (performance.now() - since < LONGEST_TURN_MS) return null;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
