/** The programs that the backend runs outside its own process; each answers over messages. */
export type JobKind = 'import' | 'experiment' | 'rehearsal' | 'generate' | 'probe';

/** How a process ended. `output`: the last lines that it wrote to its error output. */
export interface JobExit {
  code: number | null;
  signal: string | null;
  output: string;
}

/** One running job process. Messages are plain data. Listeners are added before the first turn of the event loop. */
export interface JobProcess {
  /** Null until the host knows it. */
  readonly pid: number | null;
  /** Does nothing once the process is gone. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, after the last message, also when the process could not be started. */
  onExit(listener: (exit: JobExit) => void): void;
  /** Ends it at once, without a chance to clean up. */
  kill(): void;
}

/** Starts job processes: `fork` under Node, `utilityProcess` in Electron. A job shares no memory with the backend. */
export interface JobLauncher {
  launch(kind: JobKind): JobProcess;
}

const KEPT_LINES = 12;

/** The last lines of a stream of text, for the reason of a crash. */
export class OutputTail {
  private text = '';

  add(chunk: string): void {
    this.text = `${this.text}${chunk}`.split('\n').slice(-KEPT_LINES).join('\n');
  }

  get(): string {
    return this.text.trim();
  }
}

/** Says in words why a process ended before it was done. */
export function explainExit({ code, signal, output }: JobExit): string {
  const last = output === '' ? '' : `: ${output.split('\n').at(-1)}`;
  if (signal === 'SIGKILL' || code === 137) return 'the job was killed (by hand, or because memory ran out)';
  if (signal) return `the job was ended by signal ${signal}${last}`;
  return `the job ended unexpectedly with code ${code}${last}`;
}
