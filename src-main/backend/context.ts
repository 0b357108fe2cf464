import type { BackendEvent } from '../../src-shared/contract.ts';
import type { Workspace } from '../store/workspace.ts';
import type { JobLauncher } from './jobLauncher.ts';

/** What the parts of the backend share. */
export interface BackendContext {
  readonly workspace: Workspace;
  readonly launcher: JobLauncher;
  readonly version: string;
  emit(event: BackendEvent): void;
  /** Runs what nobody waits for (a message or an exit of a job); an error is reported to the host and goes no further. */
  guard(action: () => void): void;
}
