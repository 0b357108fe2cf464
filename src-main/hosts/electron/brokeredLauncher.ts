import type { JobExit, JobKind, JobLauncher, JobProcess } from '../../backend/jobLauncher.ts';
import type { FromBackend, ToBackend } from './messages.ts';

/** Jobs as the backend's process sees them: only Electron's main process can start others, so it is asked to. */
export class BrokeredLauncher implements JobLauncher {
  private readonly post: (message: FromBackend) => void;
  private readonly jobs = new Map<number, BrokeredJob>();
  private nextId = 1;

  constructor(post: (message: FromBackend) => void) {
    this.post = post;
  }

  launch(kind: JobKind): JobProcess {
    const id = this.nextId++;
    const job = new BrokeredJob(id, this.post);
    this.jobs.set(id, job);
    this.post({ type: 'job-launch', id, kind });
    return job;
  }

  /** Takes what main says of a job. Jobs that are gone are not known any more. */
  receive(message: Extract<ToBackend, { id: number }>): void {
    const job = this.jobs.get(message.id);
    if (message.type === 'job-exit') this.jobs.delete(message.id);
    job?.receive(message);
  }
}

class BrokeredJob implements JobProcess {
  pid: number | null = null;
  private readonly id: number;
  private readonly post: (message: FromBackend) => void;
  private readonly messageListeners: ((message: unknown) => void)[] = [];
  private readonly exitListeners: ((exit: JobExit) => void)[] = [];

  constructor(id: number, post: (message: FromBackend) => void) {
    this.id = id;
    this.post = post;
  }

  send(message: unknown): void {
    this.post({ type: 'job-send', id: this.id, message });
  }

  onMessage(listener: (message: unknown) => void): void {
    this.messageListeners.push(listener);
  }

  onExit(listener: (exit: JobExit) => void): void {
    this.exitListeners.push(listener);
  }

  kill(): void {
    this.post({ type: 'job-kill', id: this.id });
  }

  receive(message: Extract<ToBackend, { id: number }>): void {
    if (message.type === 'job-spawned') this.pid = message.pid;
    else if (message.type === 'job-message') for (const listener of this.messageListeners) listener(message.message);
    else for (const listener of this.exitListeners) listener(message.exit);
  }
}
