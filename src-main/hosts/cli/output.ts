import { AppError, type ErrorData, toErrorData } from '../../../src-shared/errors.ts';

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command leaves: one document for scripts, a text for people, and how it went. */
export interface Outcome {
  readonly document: object;
  readonly text: string;
  readonly exitCode?: ExitCode;
}

/** Prints the document or the text on standard output: the only thing that ever goes there. */
export function printOutcome({ document, text }: Outcome, json: boolean): Promise<void> {
  return write(process.stdout, json ? `${JSON.stringify(document, null, 2)}\n` : text);
}

/** Errors go to standard error as words, or to standard output as the one document. */
export async function printError(error: unknown, json: boolean): Promise<ExitCode> {
  const data = toErrorData(error);
  if (json) await write(process.stdout, `${JSON.stringify({ error: { ...data, details: data.details ?? {} } }, null, 2)}\n`);
  else await write(process.stderr, `userllm: ${data.message}\n${isBug(error) ? `${(error as Error).stack}\n` : ''}`);
  return exitCodeOf(data);
}

function exitCodeOf({ code }: ErrorData): ExitCode {
  if (code === 'usage') return EXIT.usage;
  return code === 'cancelled' ? EXIT.interrupted : EXIT.failed;
}

function isBug(error: unknown): boolean {
  return error instanceof Error && !(error instanceof AppError);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}
