import { createHash } from 'node:crypto';
import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import { type DatasetView, effectiveOptions, isWholeDataset } from '../../../src-shared/datasetView.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { DatasetReader, DatasetStore, Timeline } from '../../store/datasetStore.ts';
import { type Selection, selectFrom } from './selection.ts';

const KEPT_VIEWS = 3;

/** Views opened last in each store, newest last: an editor asks for the same one at every key that is pressed. */
const opened = new WeakMap<DatasetStore, Map<string, Promise<DatasetReader>>>();

/**
 * A dataset as an experiment sees it: with the view's events and users alone. Catalogue, vocabularies and UserIds are those of the dataset.
 * @throws AppError `dataset-not-found`; `experiment-invalid` when the view leaves nobody
 */
export async function openDatasetView(store: DatasetStore, name: string, view: DatasetView): Promise<DatasetReader> {
  const reader = store.open(name);
  if (isWholeDataset(view)) return reader;
  const { fingerprint, importedAtMs } = reader.summary;
  const key = [name, importedAtMs, viewFingerprint(fingerprint, view)].join('\n');
  const views = opened.get(store) ?? new Map<string, Promise<DatasetReader>>();
  opened.set(store, views);
  const viewed = views.get(key) ?? viewOf(reader, view);
  viewed.catch(() => views.delete(key));
  views.delete(key);
  views.set(key, viewed);
  if (views.size > KEPT_VIEWS) views.delete(views.keys().next().value!);
  return viewed;
}

/** SHA-256 (hex) of the dataset's fingerprint and the options that change something; the dataset's own when none does. */
export function viewFingerprint(datasetFingerprint: string, view: DatasetView): string {
  if (isWholeDataset(view)) return datasetFingerprint;
  const options = Object.entries(effectiveOptions(view)).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([datasetFingerprint, options]))
    .digest('hex');
}

/** @throws AppError `experiment-invalid` when nothing is left */
export async function viewOf(reader: DatasetReader, view: DatasetView): Promise<DatasetReader> {
  if (isWholeDataset(view)) return reader;
  const selection = await selectFrom(reader, view);
  if (selection.userIds.length === 0) {
    const options = Object.keys(effectiveOptions(view)).join(', ');
    throw new AppError('experiment-invalid', `data: expected at least one user of "${reader.summary.name}", got none; loosen ${options}`);
  }
  return new DatasetViewReader(reader, selection, viewFingerprint(reader.summary.fingerprint, view));
}

class DatasetViewReader implements DatasetReader {
  readonly summary: DatasetSummary;
  readonly titles: readonly string[];
  readonly genres: readonly string[];
  readonly userIds: Int32Array;
  private readonly base: DatasetReader;
  private readonly selection: Selection;

  constructor(base: DatasetReader, selection: Selection, fingerprint: string) {
    this.base = base;
    this.selection = selection;
    this.userIds = selection.userIds;
    this.titles = base.titles;
    this.genres = base.genres;
    let events = 0;
    for (const count of selection.eventCounts) events += count;
    this.summary = { ...base.summary, users: this.userIds.length, events, fingerprint };
  }

  vocabulary(feature: string): readonly string[] {
    return this.base.vocabulary(feature);
  }

  itemFeature(feature: string): Int32Array {
    return this.base.itemFeature(feature);
  }

  /** Also of users that the view leaves out: a trained model may be asked about anyone. */
  timeline(userId: number): Timeline {
    return this.selection.filter.apply(this.base.timeline(userId));
  }

  texts(userId: number, feature: string): readonly string[] {
    const texts = this.base.texts(userId, feature);
    if (this.selection.filter.keepsAll) return texts;
    return Array.from(this.selection.filter.positionsIn(this.base.timeline(userId)), (position) => texts[position]!);
  }

  eventCounts(): Int32Array {
    return this.selection.eventCounts.slice();
  }

  sourceIds(): ReturnType<DatasetReader['sourceIds']> {
    return this.base.sourceIds();
  }
}
