import { type ChildProcess, fork } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type JobExit, type JobKind, type JobLauncher, type JobProcess, OutputTail } from './jobLauncher.ts';

const entries: Record<JobKind, URL> = {
  import: new URL('../data/importJob.ts', import.meta.url),
  experiment: new URL('./experimentJob.ts', import.meta.url),
  rehearsal: new URL('./rehearsalJob.ts', import.meta.url),
  generate: new URL('./generateJob.ts', import.meta.url),
  probe: new URL('./probeJob.ts', import.meta.url),
};

/**
 * Runs jobs as child processes of Node (hosts serve and CLI). Each leads a process group of its own, so that Ctrl+C in the
 * terminal reaches the backend only, which then stops its jobs in order.
 */
export function createForkLauncher(): JobLauncher {
  return {
    launch: (kind) => {
      const job = launchFork(fileURLToPath(entries[kind]), COMPUTING.has(kind) ? KEEP_MEMORY : {});
      if (COMPUTING.has(kind) && job.pid !== null) yieldToOthers(job.pid);
      return job;
    },
  };
}

/** Jobs that use every core for minutes or more, while a person goes on working. */
const COMPUTING: ReadonlySet<JobKind> = new Set(['experiment', 'rehearsal']);

/**
 * A training step allocates and frees the same hundreds of megabytes again and again. glibc would return them to the system each time and fault
 * them in anew; with these settings (mallopt(3)) it keeps them, in one heap for all threads. Other C libraries do not read them.
 */
const KEEP_MEMORY: NodeJS.ProcessEnv = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(2 ** 32),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 33),
};

/** Below the workbench's own priority, before the job has threads to inherit it. A system that does not allow that runs it as before. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, Math.max(getPriority(pid), constants.priority.PRIORITY_BELOW_NORMAL));
  } catch {
    // Refused, or gone already: its exit is reported on its own.
  }
}

/** @param environment variables that are added to those of this process */
export function launchFork(entry: string, environment: NodeJS.ProcessEnv = {}): JobProcess {
  const child = fork(entry, [], {
    execArgv: [],
    env: { ...process.env, ...environment },
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const output = collectOutput(child);
  return {
    pid: child.pid ?? null,
    // A send that fails means that the process is ending: its exit follows and is reported.
    send: (message) => child.connected && child.send(message as object, () => undefined),
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => reportExit(child, output, listener),
    kill: () => child.kill('SIGKILL'),
  };
}

function collectOutput(child: ChildProcess): OutputTail {
  const output = new OutputTail();
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => output.add(chunk));
  return output;
}

function reportExit(child: ChildProcess, output: OutputTail, listener: (exit: JobExit) => void): void {
  child.once('error', (error) => {
    if (child.pid === undefined) listener({ code: null, signal: null, output: `it could not be started: ${error.message}` });
  });
  child.once('close', (code, signal) => child.pid !== undefined && listener({ code, signal, output: output.get() }));
}
