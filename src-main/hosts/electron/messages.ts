import type { JobExit, JobKind } from '../../backend/jobLauncher.ts';

/** What the main process tells the backend's process. A MessagePort travels along with `connect`. */
export type ToBackend =
  | { type: 'open'; workspacePath: string; version: string }
  | { type: 'connect' }
  | { type: 'job-spawned'; id: number; pid: number | null }
  | { type: 'job-message'; id: number; message: unknown }
  | { type: 'job-exit'; id: number; exit: JobExit }
  | { type: 'close' };

/** What the backend's process tells the main process: jobs it wants, and what it is doing. */
export type FromBackend =
  | { type: 'opened' }
  | { type: 'failed'; message: string }
  | { type: 'activity'; imports: number; runs: number }
  | { type: 'job-launch'; id: number; kind: JobKind }
  | { type: 'job-send'; id: number; message: unknown }
  | { type: 'job-kill'; id: number }
  | { type: 'closed' };
