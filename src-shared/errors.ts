/** Every code an `AppError` may carry: the closed set of things a person can act on. */
export const ERROR_CODES = [
  'cancelled',
  'checkpoint-invalid',
  'dataset-exists',
  'dataset-in-use',
  'dataset-not-found',
  'disk-full',
  'engine-unavailable',
  'experiment-invalid',
  'file-changed',
  'file-not-found',
  'file-not-readable',
  'format-unknown',
  'import-failed',
  'input-invalid',
  'internal',
  'job-failed',
  'model-exists',
  'model-in-use',
  'model-not-found',
  'run-not-found',
  'run-not-resumable',
  'unauthorized',
  'usage',
  'workspace-locked',
  'workspace-too-new',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Where in a person's file the trouble is; lines and columns count from 1. */
export interface FilePosition {
  file: string;
  line?: number;
  column?: number;
}

/** An error as data: what crosses processes, is printed by `--json`, and is shown in the workbench. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
  details?: Record<string, unknown> & { position?: FilePosition };
}

/** Either a value or an error a person can act on; the form in which every call of the contract answers. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: ErrorData };

/**
 * Something the person can act on. The message reads `who: expected X, got Y; do Z`.
 * Bugs are thrown as plain `Error` (or `ShapeError`) and reach the person as code `internal`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorData['details'];

  constructor(code: ErrorCode, message: string, details?: ErrorData['details'], options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

/** The error as data; anything that is not an `AppError` becomes code `internal` with its message only. */
export function toErrorData(error: unknown): ErrorData {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }) };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

export function fromErrorData(data: ErrorData): AppError {
  return new AppError(data.code, data.message, data.details);
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
