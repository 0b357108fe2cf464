import type { DatasetFormat, ImportPreview, Rejection, TableMapping } from '../../../src-shared/dataset.ts';
import type { Catalogue } from '../../store/datasetStore.ts';
import type { ImportSource } from '../files/source.ts';
import type { ProgressReporter } from '../importProgress.ts';
import type { SpooledEvents } from '../ingest/eventSpool.ts';
import type { Packing } from '../ingest/packTimelines.ts';

/** What an importer may use while it reads. */
export interface ReadContext {
  progress: ProgressReporter;
  signal: AbortSignal;
  /** A folder for temporary files; removed afterwards. */
  temporaryPath: string;
  /** Which column is what, for tables; null: as the content suggests. */
  mapping: TableMapping | null;
  /** Beside this one; null: as many as are useful for the size of the source. */
  threads: number | null;
}

/** A source that was read: everything but the timelines is known. Close it whatever happens. */
export interface OpenedSource {
  catalogue: Catalogue;
  events: number;
  rejected: number;
  rejections: readonly Rejection[];
  /** The events, those of one user in the same part; and what turns them into timelines. */
  parts(): Iterable<SpooledEvents>;
  packing: Packing;
  close(): void;
}

/** One format of data set. `match` looks at the content; `open` reads and complains. */
export interface Importer {
  readonly format: DatasetFormat;
  match(source: ImportSource): Promise<boolean>;
  preview(source: ImportSource): Promise<ImportPreview>;
  open(source: ImportSource, context: ReadContext): Promise<OpenedSource>;
}
