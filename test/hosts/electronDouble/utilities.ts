import { EventEmitter } from 'node:events';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, type TransferListItem, Worker } from 'node:worker_threads';
import type * as Electron from 'electron';

/** A utility process as a thread: ports can be given to it, and `process.exit` ends it alone. */
class UtilityDouble extends EventEmitter {
  readonly name: string;
  readonly pid = process.pid;
  readonly stdout = null;
  readonly stderr: NodeJS.ReadableStream;
  private readonly worker: Worker;

  constructor(entry: string) {
    super();
    this.name = basename(entry);
    this.worker = new Worker(new URL('./utilityBootstrap.ts', import.meta.url), {
      workerData: { entry: pathToFileURL(entry).href },
      stderr: true,
    });
    this.stderr = this.worker.stderr;
    this.worker.stderr.on('data', (chunk: Buffer) => process.stderr.write(`${this.name}: ${chunk}`));
    this.worker.on('online', () => this.emit('spawn'));
    this.worker.on('message', (message) => this.emit('message', message));
    this.worker.on('error', (error) => process.stderr.write(`${this.name}: ${error.stack}\n`));
    this.worker.on('exit', (code) => this.emit('exit', code));
  }

  postMessage(message: unknown, ports: readonly unknown[] = []): void {
    const transferred = ports as MessagePort[];
    this.worker.postMessage({ data: message, ports: transferred }, transferred as TransferListItem[]);
  }

  kill(): boolean {
    void this.worker.terminate();
    return true;
  }
}

export const utilities: UtilityDouble[] = [];

export const utilityProcess = {
  fork(entry: string): Electron.UtilityProcess {
    const child = new UtilityDouble(entry);
    utilities.push(child);
    return child as unknown as Electron.UtilityProcess;
  },
} satisfies Partial<typeof Electron.utilityProcess>;

export class MessageChannelMain {
  readonly port1: MessagePort;
  readonly port2: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = port1;
    this.port2 = port2;
  }
}
