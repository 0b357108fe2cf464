import { type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron';
import { backendEntry } from './entries.ts';
import { JobBroker } from './jobBroker.ts';
import type { FromBackend, ToBackend } from './messages.ts';

export interface Activity {
  imports: number;
  runs: number;
}

export interface BackendProcessOptions {
  readonly workspacePath: string;
  readonly version: string;
  onActivity(activity: Activity): void;
  /** The workspace could not be opened. */
  onRefused(reason: string): void;
  /** The process is gone though nobody closed it. */
  onLost(reason: string): void;
}

/** Longer than the backend gives its jobs. */
const CLOSE_PATIENCE_MS = 15_000;

/** The backend's utility process, as the main process holds it. */
export class BackendProcess {
  activity: Activity = { imports: 0, runs: 0 };
  private readonly options: BackendProcessOptions;
  private readonly child: UtilityProcess;
  private readonly jobs: JobBroker;
  private readonly exited = Promise.withResolvers<void>();
  private closing = false;

  constructor(options: BackendProcessOptions) {
    this.options = options;
    this.child = utilityProcess.fork(backendEntry, [], { serviceName: 'User-LLM backend', stdio: 'inherit' });
    this.jobs = new JobBroker((message) => this.post(message));
    this.child.on('message', (message: FromBackend) => this.receive(message));
    this.child.on('exit', (code) => this.handleExit(code));
    this.post({ type: 'open', workspacePath: options.workspacePath, version: options.version });
  }

  /** Gives the backend one end of a channel to a page. */
  connect(port: MessagePortMain): void {
    this.child.postMessage({ type: 'connect' } satisfies ToBackend, [port]);
  }

  /** Ends running jobs in order, with a checkpoint each, then the process. */
  async close(): Promise<void> {
    if (!this.closing) this.post({ type: 'close' });
    this.closing = true;
    const timer = setTimeout(() => this.child.kill(), CLOSE_PATIENCE_MS);
    await this.exited.promise;
    clearTimeout(timer);
  }

  private post(message: ToBackend): void {
    this.child.postMessage(message);
  }

  private receive(message: FromBackend): void {
    if ('id' in message) this.jobs.receive(message);
    else if (message.type === 'activity') this.setActivity({ imports: message.imports, runs: message.runs });
    else if (message.type === 'failed') this.options.onRefused(message.message);
    else if (message.type === 'closed') this.child.kill();
  }

  private setActivity(activity: Activity): void {
    this.activity = activity;
    this.options.onActivity(activity);
  }

  private handleExit(code: number): void {
    this.jobs.killAll();
    this.exited.resolve();
    if (!this.closing) this.options.onLost(`the backend ended unexpectedly with code ${code}`);
  }
}
