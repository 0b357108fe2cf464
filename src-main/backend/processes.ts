import { readFileSync } from 'node:fs';
import { isProcessAlive } from '../store/temporary.ts';

/**
 * Whether the process that claimed a run may still be executing it. Where /proc tells more than the bare number, a process that
 * has ended but was never collected, and one that merely got a dead job's number, count as gone.
 */
export function isOwnerAlive(pid: number): boolean {
  if (!isProcessAlive(pid)) return false;
  const state = readProc(pid, 'stat');
  if (state === null) return true;
  const afterName = state.slice(state.lastIndexOf(')') + 2);
  if (afterName.startsWith('Z') || afterName.startsWith('X')) return false;
  return /node|electron|userllm|workbench/i.test(readProc(pid, 'cmdline') ?? '');
}

/** Null where there is no /proc, or the process ended meanwhile. */
function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return null;
  }
}
