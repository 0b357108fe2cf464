import { readFileSync } from 'node:fs';

/** Seconds since some moment. Wall-clock time unless a test counts processor time, which other programs do not stretch. */
export type Clock = () => number;

export const wallClock: Clock = () => performance.now() / 1000;

/**
 * Largest resident memory that this process has had. On Linux the kernel's own high-water mark: what `getrusage` says there begins with the
 * memory of the process that forked this one.
 */
export function peakMemoryBytes(): number {
  return highWaterMark() ?? process.resourceUsage().maxRSS * 1024;
}

function highWaterMark(): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
