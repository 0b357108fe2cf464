/** Lets one action per key through at most every `intervalMs`; the last one asked for always happens. */
export class Pacer {
  private readonly intervalMs: number;
  private readonly waiting = new Map<string, { timer: NodeJS.Timeout; action: (() => void) | null }>();

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** Runs `action` now when nothing of this key ran lately, else when the interval is over (replacing an earlier one that waits). */
  run(key: string, action: () => void): void {
    const entry = this.waiting.get(key);
    if (entry) {
      entry.action = action;
      return;
    }
    action();
    this.wait(key);
  }

  /** Runs `action` at once and forgets what waited under this key. */
  now(key: string, action: () => void): void {
    this.forget(key);
    action();
  }

  forget(key: string): void {
    clearTimeout(this.waiting.get(key)?.timer);
    this.waiting.delete(key);
  }

  close(): void {
    for (const key of [...this.waiting.keys()]) this.forget(key);
  }

  private wait(key: string): void {
    const timer = setTimeout(() => {
      const action = this.waiting.get(key)?.action;
      this.waiting.delete(key);
      if (!action) return;
      action();
      this.wait(key);
    }, this.intervalMs);
    timer.unref();
    this.waiting.set(key, { timer, action: null });
  }
}
