import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Temporary files carry the id of the process that made them in their name, so that whoever comes next can tell
 * what a killed process left behind from what is still in use.
 */
export function makeTemporaryFolder(parent: string, purpose: string): string {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${purpose}-${process.pid}-`));
}

export function temporaryFileName(file: string): string {
  return `${file}.tmp-${process.pid}`;
}

/** Removes those folders of `makeTemporaryFolder` whose process no longer runs. */
export function removeAbandonedFolders(parent: string): void {
  removeOfDeadProcesses(parent, /^[a-z]+-(\d+)-\w{6}$/);
}

/** Removes those files named by `temporaryFileName` whose process no longer runs. */
export function removeAbandonedFiles(folder: string): void {
  removeOfDeadProcesses(folder, /\.tmp-(\d+)$/);
}

function removeOfDeadProcesses(folder: string, pattern: RegExp): void {
  // A workspace may be gone before the last of its processes is.
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const pid = pattern.exec(name)?.[1];
    if (pid && !isProcessAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** True also for processes of other users, which may not be signalled. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
