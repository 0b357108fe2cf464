import { extname, join } from 'node:path';
import type { JobKind } from '../../backend/jobLauncher.ts';

/** A program beside this one: TypeScript when run from the sources, JavaScript in the bundle. */
function entry(name: string): string {
  return join(import.meta.dirname, `${name}${extname(import.meta.filename)}`);
}

export const backendEntry = entry('backendHost');

export const jobEntries: Record<JobKind, string> = {
  import: entry('importEntry'),
  experiment: entry('experimentEntry'),
  rehearsal: entry('rehearsalEntry'),
  generate: entry('generateEntry'),
  probe: entry('probeEntry'),
};

/** A preload of a sandboxed page is one CommonJS file, so it exists as a bundle only. */
export const preloadPath = join(import.meta.dirname, 'preload.cjs');
