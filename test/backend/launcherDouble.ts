import type { BackendContext } from '../../src-main/backend/context.ts';
import type { JobExit, JobKind, JobLauncher, JobProcess } from '../../src-main/backend/jobLauncher.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import type { BackendEvent } from '../../src-shared/contract.ts';

/** A job process that does what the test says. */
export class JobDouble implements JobProcess {
  readonly kind: JobKind;
  readonly pid: number;
  readonly received: unknown[] = [];
  killed = false;
  private readonly messageListeners: ((message: unknown) => void)[] = [];
  private readonly exitListeners: ((exit: JobExit) => void)[] = [];

  constructor(kind: JobKind, pid: number) {
    this.kind = kind;
    this.pid = pid;
  }

  send(message: unknown): void {
    this.received.push(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.messageListeners.push(listener);
  }

  onExit(listener: (exit: JobExit) => void): void {
    this.exitListeners.push(listener);
  }

  kill(): void {
    this.killed = true;
    this.exit({ code: null, signal: 'SIGKILL', output: '' });
  }

  say(message: unknown): void {
    for (const listener of this.messageListeners) listener(message);
  }

  exit(exit: Partial<JobExit> = {}): void {
    for (const listener of this.exitListeners) listener({ code: 0, signal: null, output: '', ...exit });
  }
}

export class LauncherDouble implements JobLauncher {
  readonly jobs: JobDouble[] = [];

  launch(kind: JobKind): JobDouble {
    const job = new JobDouble(kind, 4_000_000 + this.jobs.length);
    this.jobs.push(job);
    return job;
  }
}

/** The backend's surroundings, with everything it emits kept; an error that nobody waits for fails the test. */
export function createContextDouble(workspace: Workspace) {
  const launcher = new LauncherDouble();
  const events: BackendEvent[] = [];
  const context: BackendContext = {
    workspace,
    launcher,
    version: '0.0.0',
    emit: (event) => void events.push(event),
    guard: (action) => action(),
  };
  return { context, launcher, events };
}
