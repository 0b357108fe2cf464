import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { datasetSummarySchema, type ImportProgress, importProgressSchema } from '../../src-shared/dataset.ts';
import { AppError, type ErrorData, toErrorData } from '../../src-shared/errors.ts';
import type { ImportOptions } from '../data/import.ts';
import type { BackendContext } from './context.ts';
import { explainExit, type JobExit, type JobProcess } from './jobLauncher.ts';

const messageSchema = z.union([
  z.object({ type: z.literal('done'), summary: datasetSummarySchema }),
  z.object({ type: z.literal('error'), error: z.object({ code: z.string(), message: z.string() }) }),
  importProgressSchema,
]);

interface Import {
  progress: ImportProgress;
  readonly process: JobProcess;
  readonly ended: Promise<void>;
  cancelled: boolean;
}

const KEPT_IMPORTS = 50;

/** Imports run in processes of their own: cancelling one kills it, which leaves nothing behind. */
export class Imports {
  private readonly context: BackendContext;
  private readonly imports = new Map<string, Import>();

  constructor(context: BackendContext) {
    this.context = context;
  }

  get activeCount(): number {
    return [...this.imports.values()].filter(isActive).length;
  }

  /** Running and finished ones of this session, oldest first. */
  list(): ImportProgress[] {
    return [...this.imports.values()].map((one) => one.progress);
  }

  /** @throws AppError `dataset-exists` when the name is taken or being imported */
  start(path: string, name: string, options: Pick<ImportOptions, 'format' | 'mapping'> = {}): string {
    this.requireFree(name);
    const importId = randomUUID();
    const child = this.context.launcher.launch('import');
    const ended = Promise.withResolvers<void>();
    const entry: Import = { progress: firstProgress(importId, name), process: child, ended: ended.promise, cancelled: false };
    this.imports.set(importId, entry);
    this.forgetOldest();
    child.onMessage((message) => this.context.guard(() => this.receive(entry, message)));
    child.onExit((exit) => {
      this.context.guard(() => this.conclude(entry, exit));
      ended.resolve();
    });
    child.send({ workspacePath: this.context.workspace.path, path, name, importId, ...options });
    this.update(entry, entry.progress);
    return importId;
  }

  /** Does nothing when the import has ended. */
  cancel(importId: string): void {
    const entry = this.imports.get(importId);
    if (!entry) throw new AppError('input-invalid', `import "${importId}": there is no such import in this session`);
    if (!isActive(entry)) return;
    entry.cancelled = true;
    entry.process.kill();
  }

  async close(): Promise<void> {
    const active = [...this.imports.values()].filter(isActive);
    for (const entry of active) this.cancel(entry.progress.importId);
    await Promise.all(active.map((entry) => entry.ended));
  }

  /** @throws AppError `dataset-exists` */
  requireNotImporting(name: string): void {
    const importing = [...this.imports.values()].some((entry) => isActive(entry) && entry.progress.name === name);
    if (importing) throw nameTaken(name, 'is being imported');
  }

  private requireFree(name: string): void {
    this.requireNotImporting(name);
    if (this.context.workspace.datasets.has(name)) throw nameTaken(name, 'exists already');
  }

  private receive(entry: Import, raw: unknown): void {
    const message = messageSchema.parse(raw);
    // How it ended is said by the messages with a type, and only once.
    if (!('type' in message)) this.show(entry, message);
    else if (message.type === 'error') this.fail(entry, message.error);
    else this.finish(entry, message.summary.events + message.summary.rejected);
  }

  private show(entry: Import, progress: ImportProgress): void {
    if (!hasEnded(progress)) this.update(entry, progress);
  }

  private finish(entry: Import, rows: number): void {
    this.update(entry, { ...entry.progress, phase: 'done', rows, totalRows: rows, remainingSeconds: 0 });
    this.context.emit({ name: 'datasets.changed', payload: {} });
  }

  private fail(entry: Import, error: { code: string; message: string }): void {
    const phase = error.code === 'cancelled' ? 'cancelled' : 'failed';
    this.update(entry, { ...entry.progress, phase, remainingSeconds: null, error: phase === 'failed' ? error : null });
  }

  private conclude(entry: Import, exit: JobExit): void {
    if (!isActive(entry)) return;
    if (entry.cancelled) this.update(entry, { ...entry.progress, phase: 'cancelled', remainingSeconds: null });
    else this.fail(entry, lostImport(exit));
  }

  private update(entry: Import, progress: ImportProgress): void {
    entry.progress = progress;
    this.context.emit({ name: 'import.progress', payload: progress });
  }

  private forgetOldest(): void {
    const finished = [...this.imports].filter(([, entry]) => !isActive(entry));
    for (const [id] of finished.slice(0, Math.max(0, this.imports.size - KEPT_IMPORTS))) this.imports.delete(id);
  }
}

function isActive(entry: Import): boolean {
  return !hasEnded(entry.progress);
}

function hasEnded({ phase }: ImportProgress): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'cancelled';
}

function nameTaken(name: string, what: string): AppError {
  return new AppError('dataset-exists', `dataset "${name}" ${what}; choose another name or delete that one first`);
}

function lostImport(exit: JobExit): ErrorData {
  return toErrorData(new AppError('import-failed', `import: ${explainExit(exit)}; nothing was kept, start it again`));
}

function firstProgress(importId: string, name: string): ImportProgress {
  return { importId, name, phase: 'reading', rows: 0, totalRows: null, rowsPerSecond: null, remainingSeconds: null, error: null };
}
