import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../src-shared/errors.ts';

/** More threads than this gain little: one other thread writes what they have done. */
const MAX_THREADS = 4;

/** 0 where a second thread would only take turns with the first. */
export function usefulThreads(): number {
  const cores = availableParallelism();
  return cores < 2 ? 0 : Math.min(MAX_THREADS, cores);
}

/** A thread that answers requests in their order. */
export interface Thread<Request, Answer> {
  send(request: Request, transfer?: ArrayBuffer[]): void;
  /** @throws what was thrown in the thread; AppError `import-failed` when it died; the signal's reason when it is aborted */
  next(): Promise<Answer>;
  /** Ends it, whatever it is doing. */
  end(): Promise<unknown>;
}

/** A program beside a module: TypeScript when run from the sources, JavaScript in a bundle. */
export function programBeside({ filename, url }: { filename: string; url: string }, name: string): URL {
  return new URL(`./${name}${extname(filename)}`, url);
}

export function runThread<Request, Answer>(program: URL, setup: object, signal: AbortSignal): Thread<Request, Answer> {
  const worker = new Worker(program, { workerData: setup, execArgv: [] });
  const answers: Answer[] = [];
  let failure: unknown = null;
  let wake = () => {};
  const fail = (error: unknown) => {
    failure ??= error;
    wake();
  };
  worker.on('message', (answer: Answer) => {
    answers.push(answer);
    wake();
  });
  worker.on('error', (error) => fail(asAppError(error)));
  worker.on('exit', () => fail(threadEnded()));
  const abort = () => fail(signal.reason);
  signal.addEventListener('abort', abort);
  return {
    send: (request, transfer = []) => worker.postMessage(request, transfer),
    async next() {
      while (answers.length === 0) {
        if (failure) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return answers.shift()!;
    },
    end() {
      signal.removeEventListener('abort', abort);
      return worker.terminate();
    },
  };
}

function threadEnded(): AppError {
  return new AppError('import-failed', 'import: a thread of it ended before its work was done; nothing was kept, start it again');
}

function asAppError(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  const text = 'import: a thread of it ran out of memory; nothing was kept, close other programs and start it again';
  return new AppError('import-failed', text, undefined, { cause: error });
}
