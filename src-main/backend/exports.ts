import { randomUUID } from 'node:crypto';
import type { ExportProgress } from '../../src-shared/dataset.ts';
import { type ExportOptions, exportEvents } from '../data/views/exportEvents.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { BackendContext } from './context.ts';

const INTERVAL_MS = 200;

type Written = Awaited<ReturnType<typeof exportEvents>>;

interface Export {
  progress: ExportProgress;
  readonly controller: AbortController;
  readonly written: Promise<Written>;
}

/** Exports under way: they are announced as `export.progress`, and can be cancelled. */
export class Exports {
  private readonly context: BackendContext;
  private readonly active = new Map<string, Export>();

  constructor(context: BackendContext) {
    this.context = context;
  }

  list(): ExportProgress[] {
    return [...this.active.values()].map(({ progress }) => progress);
  }

  /**
   * @param exportId by which it can be cancelled; one of its own when left out
   * @throws AppError as `exportEvents`
   */
  async write(
    reader: DatasetReader,
    options: Pick<ExportOptions, 'path' | 'overwrite'>,
    exportId: string = randomUUID(),
  ): Promise<Written> {
    const controller = new AbortController();
    const { name, events: totalEvents } = reader.summary;
    const progress: ExportProgress = { exportId, name, phase: 'writing', events: 0, totalEvents };
    const { temporaryPath } = this.context.workspace;
    const onProgress = this.createListener(progress);
    const written = exportEvents(reader, { ...options, temporaryPath, onProgress, signal: controller.signal });
    this.active.set(exportId, { progress, controller, written });
    this.announce(progress);
    try {
      const result = await written;
      this.end(exportId, 'done');
      return result;
    } catch (error) {
      this.end(exportId, controller.signal.aborted ? 'cancelled' : 'failed');
      throw error;
    }
  }

  /** Does nothing when the export has ended. */
  cancel(exportId: string): void {
    this.active.get(exportId)?.controller.abort();
  }

  /** Cancels what is under way and waits for its end. */
  async close(): Promise<void> {
    const active = [...this.active.values()];
    for (const { controller } of active) controller.abort();
    await Promise.allSettled(active.map(({ written }) => written));
  }

  /** At once when the phase changes, else at most five times a second. */
  private createListener(first: ExportProgress): NonNullable<ExportOptions['onProgress']> {
    let announcedAt = performance.now();
    let announced = first.phase;
    return (phase, events) => {
      if (phase === announced && performance.now() - announcedAt < INTERVAL_MS) return;
      announcedAt = performance.now();
      announced = phase;
      this.announce({ ...first, phase, events });
    };
  }

  private announce(progress: ExportProgress): void {
    const entry = this.active.get(progress.exportId);
    if (entry) entry.progress = progress;
    this.context.emit({ name: 'export.progress', payload: progress });
  }

  private end(exportId: string, phase: 'done' | 'failed' | 'cancelled'): void {
    const { progress } = this.active.get(exportId)!;
    this.active.delete(exportId);
    this.announce({ ...progress, phase, events: phase === 'done' ? progress.totalEvents : progress.events });
  }
}
