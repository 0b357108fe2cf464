import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorData } from '../../src-shared/errors.ts';
import type { RunStatus } from '../../src-shared/run.ts';
import { type JobMessage, type JobStart, jobMessageSchema } from '../experiment/jobMessages.ts';
import type { Workspace } from '../store/workspace.ts';
import type { BackendContext } from './context.ts';
import { explainExit, type JobExit, type JobProcess } from './jobLauncher.ts';
import { Pacer } from './pacer.ts';
import { isOwnerAlive } from './processes.ts';

interface RunningJob {
  readonly process: JobProcess;
  readonly ended: Promise<void>;
  stopping: boolean;
  error: ErrorData | null;
  /** Why the backend itself ended the process, where it did. */
  killReason: string | null;
  /** Ended by the person's wish, without a checkpoint. */
  dropped: boolean;
}

const CHANGE_INTERVAL_MS = 500;
const STOP_PATIENCE_MS = 10_000;
const ORPHAN_PATIENCE_MS = 5_000;
const POLL_MS = 100;
const DEFAULT_PARALLEL = 1;

/** Executes runs in job processes, a few at a time; the others wait in order with status `queued`. */
export class RunJobs {
  private readonly context: BackendContext;
  private readonly workspace: Workspace;
  private readonly pacer = new Pacer(CHANGE_INTERVAL_MS);
  private readonly queue: string[] = [];
  private readonly running = new Map<string, RunningJob>();
  private closed = false;

  constructor(context: BackendContext) {
    this.context = context;
    this.workspace = context.workspace;
  }

  get activeCount(): number {
    return this.queue.length + this.running.size;
  }

  isActive(runId: string): boolean {
    return this.running.has(runId) || this.queue.includes(runId);
  }

  /** Queues a run that was created or is to be resumed, and starts it when its turn has come. */
  enqueue(runId: string): void {
    this.workspace.runs.claim(runId, process.pid);
    this.workspace.runs.setStatus(runId, 'queued');
    this.queue.push(runId);
    this.announce(runId);
    this.startNext();
  }

  /**
   * A job that another program started, or that outlived the one that did, takes a signal for the same wish.
   * @throws AppError `input-invalid` when the run is not active, or waits in another program
   */
  stop(runId: string): void {
    const { status } = this.workspace.runs.summary(runId);
    const job = this.running.get(runId);
    const position = this.queue.indexOf(runId);
    if (job) requestStop(job);
    else if (position >= 0) this.dequeue(position, 'stopped before it began');
    else if (status === 'running' && this.isOwned(runId)) process.kill(this.workspace.runs.ownerPid(runId)!, 'SIGTERM');
    else throw new AppError('input-invalid', this.whyNotStoppable(runId, status));
  }

  /**
   * Ends the job at once, whatever it is doing: the store has all that was reported as saved, and the run goes on from its last checkpoint.
   * @throws AppError `input-invalid` when the run is not active, or belongs to another program
   */
  drop(runId: string): void {
    const job = this.running.get(runId);
    if (job) {
      job.dropped = true;
      job.process.kill();
    } else if (this.queue.includes(runId)) this.stop(runId);
    else throw new AppError('input-invalid', this.whyNotStoppable(runId, this.workspace.runs.summary(runId).status));
  }

  /** Marks runs whose process is gone; the run stays resumable. Returns their ids. */
  recover(): string[] {
    const lost = this.workspace.runs.list().filter((run) => isUnfinished(run.status) && !this.isActive(run.id) && !this.isOwned(run.id));
    for (const { id } of lost) this.settle(id, 'interrupted', 'the program that executed it ended; resume it to go on');
    return lost.map((run) => run.id);
  }

  /** Waits a moment for a run whose program has just ended and whose job is about to: then it can be taken up again. */
  async awaitOrphan(runId: string): Promise<void> {
    const deadline = Date.now() + ORPHAN_PATIENCE_MS;
    const isLeft = () => isUnfinished(this.workspace.runs.summary(runId).status) && !this.isActive(runId) && this.isOwned(runId);
    while (isLeft() && Date.now() < deadline) await delay(POLL_MS);
    this.recover();
  }

  /** Stops every job with a checkpoint; one that has not ended after ten seconds is killed. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.queue.length > 0) this.dequeue(0, 'the workbench was closed before it began');
    await Promise.all([...this.running.values()].map(endInTime));
    this.pacer.close();
  }

  private startNext(): void {
    const setting = this.workspace.settings.get('jobs.parallel');
    const parallel = typeof setting === 'number' && setting >= 1 ? Math.floor(setting) : DEFAULT_PARALLEL;
    while (!this.closed && this.queue.length > 0 && this.running.size < parallel) this.launch(this.queue.shift()!);
  }

  private launch(runId: string): void {
    const child = this.context.launcher.launch('experiment');
    const ended = Promise.withResolvers<void>();
    const job: RunningJob = { process: child, ended: ended.promise, stopping: false, error: null, killReason: null, dropped: false };
    this.running.set(runId, job);
    child.onMessage((message) => this.context.guard(() => this.receive(runId, job, message)));
    child.onExit((exit) => {
      this.running.delete(runId);
      this.context.guard(() => this.conclude(runId, job, exit));
      ended.resolve();
      this.context.guard(() => this.startNext());
    });
    this.claim(runId, child);
    this.workspace.runs.setStatus(runId, 'running');
    child.send({ workspacePath: this.workspace.path, runId } satisfies JobStart);
    this.announce(runId);
  }

  private receive(runId: string, job: RunningJob, raw: unknown): void {
    const message = jobMessageSchema.parse(raw);
    this.claim(runId, job.process);
    if (message.type === 'failed') job.error = message.error as ErrorData;
    this.forward(runId, message);
  }

  private forward(runId: string, message: JobMessage): void {
    const { emit } = this.context;
    if (message.type === 'changed') this.pacer.run(runId, () => this.context.guard(() => this.emitChange(runId)));
    else if (message.type === 'metrics') emit({ name: 'run.metrics', payload: { runId, points: message.points } });
    else if (message.type === 'rewound') emit({ name: 'run.rewound', payload: { runId, stage: message.stage, step: message.step } });
    else if (message.type === 'log') {
      emit({ name: 'run.log', payload: { runId, atMs: message.atMs, level: message.level, text: message.text } });
    }
  }

  /** The job writes how it ended itself; what is left to say here is how a job ended that could not. */
  private conclude(runId: string, job: RunningJob, exit: JobExit): void {
    const { status } = this.workspace.runs.summary(runId);
    if (!isUnfinished(status)) this.announce(runId);
    else if (job.error) this.settle(runId, 'failed', job.error.message);
    else if (job.dropped) this.settle(runId, 'stopped', this.whereItGoesOn(runId));
    else if (job.stopping && exit.code === 0) this.settle(runId, 'stopped', null);
    else this.settle(runId, 'interrupted', job.killReason ?? explainExit(exit));
  }

  private whereItGoesOn(runId: string): string {
    const { runs } = this.workspace;
    const stage = runs.summary(runId).stages.find(({ status }) => status === 'running');
    const what = 'stopped without saving';
    if (!stage) return `${what}; resume it to go on`;
    return `${what}; resumed, it goes on after step ${runs.latestCheckpoint(runId, stage.name)?.step ?? 0} of ${stage.name}`;
  }

  private settle(runId: string, status: RunStatus, reason: string | null): void {
    this.workspace.runs.setStatus(runId, status, reason);
    if (reason) {
      const line = { atMs: Date.now(), level: 'warning' as const, text: reason };
      this.workspace.runs.appendLog(runId, line.atMs, line.level, line.text);
      this.context.emit({ name: 'run.log', payload: { runId, ...line } });
    }
    this.announce(runId);
  }

  private dequeue(position: number, reason: string): void {
    const [runId] = this.queue.splice(position, 1);
    this.settle(runId!, 'stopped', reason);
  }

  private claim(runId: string, child: JobProcess): void {
    if (child.pid !== null && this.workspace.runs.ownerPid(runId) === process.pid) this.workspace.runs.claim(runId, child.pid);
  }

  /** Owned by another living process: this one has only just begun, so a claim under its own number is an old one. */
  private isOwned(runId: string): boolean {
    const pid = this.workspace.runs.ownerPid(runId);
    return pid !== null && pid !== process.pid && isOwnerAlive(pid);
  }

  private whyNotStoppable(runId: string, status: RunStatus): string {
    if (!isUnfinished(status)) return `run "${runId}": expected a queued or running run, got one that is ${status}`;
    return `run "${runId}" is ${status} in another program (process ${this.workspace.runs.ownerPid(runId)}); stop it there`;
  }

  private announce(runId: string): void {
    this.pacer.now(runId, () => this.emitChange(runId));
  }

  private emitChange(runId: string): void {
    this.context.emit({ name: 'run.changed', payload: this.workspace.runs.summary(runId) });
  }
}

export function isUnfinished(status: RunStatus): boolean {
  return status === 'queued' || status === 'running';
}

function requestStop(job: RunningJob): void {
  job.stopping = true;
  job.process.send({ type: 'stop' });
}

async function endInTime(job: RunningJob): Promise<void> {
  requestStop(job);
  const timer = setTimeout(() => {
    job.killReason = 'the workbench was closed, and the job did not end in time; resume it to go on';
    job.process.kill();
  }, STOP_PATIENCE_MS);
  await job.ended;
  clearTimeout(timer);
}
