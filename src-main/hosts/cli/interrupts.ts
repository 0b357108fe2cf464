/** A second signal sooner than this is the same key press, passed on by a parent process as well. */
const SAME_PRESS_MS = 400;

/**
 * Runs `action`; the first SIGINT or SIGTERM calls `onInterrupt`, a later one ends the program at once.
 * Resolves to the action's value and whether it was interrupted.
 */
export async function interruptible<T>(onInterrupt: () => void, action: () => Promise<T>): Promise<{ value: T; interrupted: boolean }> {
  let firstAtMs: number | null = null;
  const listener = () => {
    if (firstAtMs === null) {
      firstAtMs = Date.now();
      onInterrupt();
    } else if (Date.now() - firstAtMs > SAME_PRESS_MS) process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener);
  try {
    return { value: await action(), interrupted: firstAtMs !== null };
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, listener);
  }
}
