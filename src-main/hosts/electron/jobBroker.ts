import { type UtilityProcess, utilityProcess } from 'electron';
import { type JobKind, OutputTail } from '../../backend/jobLauncher.ts';
import { jobEntries } from './entries.ts';
import type { FromBackend, ToBackend } from './messages.ts';

/** Starts the jobs that the backend's process asks for and carries messages to and fro, unread. */
export class JobBroker {
  private readonly toBackend: (message: ToBackend) => void;
  private readonly jobs = new Map<number, { process: UtilityProcess; killed: boolean }>();

  constructor(toBackend: (message: ToBackend) => void) {
    this.toBackend = toBackend;
  }

  receive(message: Extract<FromBackend, { id: number }>): void {
    const job = this.jobs.get(message.id);
    if (message.type === 'job-launch') this.launch(message.id, message.kind);
    else if (message.type === 'job-send') job?.process.postMessage(message.message);
    else if (job) end(job);
  }

  /** Jobs do not outlive the backend that they report to. */
  killAll(): void {
    for (const job of this.jobs.values()) end(job);
  }

  private launch(id: number, kind: JobKind): void {
    const child = utilityProcess.fork(jobEntries[kind], [], { serviceName: `User-LLM ${kind}`, stdio: ['ignore', 'ignore', 'pipe'] });
    const job = { process: child, killed: false };
    const output = new OutputTail();
    this.jobs.set(id, job);
    child.stderr?.on('data', (chunk: Buffer) => output.add(String(chunk)));
    child.on('spawn', () => this.toBackend({ type: 'job-spawned', id, pid: child.pid ?? null }));
    child.on('message', (message: unknown) => this.toBackend({ type: 'job-message', id, message }));
    child.on('exit', (code) => {
      this.jobs.delete(id);
      this.toBackend({ type: 'job-exit', id, exit: { code, signal: job.killed ? 'SIGKILL' : null, output: output.get() } });
    });
  }
}

function end(job: { process: UtilityProcess; killed: boolean }): void {
  job.killed = true;
  job.process.kill();
}
