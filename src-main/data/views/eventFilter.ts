import { type DatasetView, dateMs } from '../../../src-shared/datasetView.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { DatasetReader, Timeline } from '../../store/datasetStore.ts';

/**
 * Which events of a timeline a view keeps. Positions are written into one array that is used again for every timeline, so that
 * nothing is allocated for an event.
 */
export class EventFilter {
  private readonly fromMs: number;
  private readonly untilMs: number;
  /** By vocabulary id of the rating: 1 = high enough; null where any rating will do. */
  private readonly ratings: Uint8Array | null;
  private readonly duplicates: DatasetView['duplicates'];
  /** By ItemId: number of the timeline in which the item was met last, and when. */
  private readonly metIn: Int32Array;
  private readonly metAtMs: Float64Array;
  private met = 0;
  private positions = new Int32Array(1024);
  /** By ItemId: 1 = its events are kept; null = all are. */
  items: Uint8Array | null = null;

  constructor(reader: DatasetReader, view: DatasetView) {
    this.fromMs = view.from === null ? Number.NEGATIVE_INFINITY : dateMs(view.from);
    this.untilMs = view.until === null ? Number.POSITIVE_INFINITY : dateMs(view.until);
    this.ratings = view.minRating === null ? null : ratingsFrom(reader, view.minRating);
    this.duplicates = view.duplicates;
    const items = view.duplicates === 'keep' ? 0 : reader.titles.length;
    this.metIn = new Int32Array(items);
    this.metAtMs = new Float64Array(view.duplicates === 'same-item-and-time' ? items : 0);
  }

  /** Whether every event passes, whatever it is. */
  get keepsAll(): boolean {
    const { fromMs, untilMs, ratings, duplicates, items } = this;
    const anyTime = fromMs === Number.NEGATIVE_INFINITY && untilMs === Number.POSITIVE_INFINITY;
    return anyTime && ratings === null && duplicates === 'keep' && items === null;
  }

  /** Positions of the events that are kept, ascending; valid until the next call. */
  positionsIn({ itemIds, timestampsMs, eventFeatures }: Timeline): Int32Array {
    this.met += 1;
    if (this.positions.length < itemIds.length) this.positions = new Int32Array(2 * itemIds.length);
    const { positions, ratings, items, duplicates } = this;
    const ratingIds = ratings && eventFeatures.rating!;
    let kept = 0;
    for (let index = 0; index < itemIds.length; index++) {
      const timestampMs = timestampsMs[index]!;
      if (timestampMs < this.fromMs || timestampMs >= this.untilMs) continue;
      if (ratingIds && ratings[ratingIds[index]!] === 0) continue;
      if (duplicates !== 'keep' && this.isRepeated(itemIds[index]!, timestampMs)) continue;
      if (items && items[itemIds[index]!] === 0) continue;
      positions[kept++] = index;
    }
    return positions.subarray(0, kept);
  }

  /** The timeline with those events alone. */
  apply(timeline: Timeline): Timeline {
    if (this.keepsAll) return timeline;
    const positions = this.positionsIn(timeline);
    if (positions.length === timeline.itemIds.length) return timeline;
    const eventFeatures: Record<string, Int32Array> = {};
    for (const [name, ids] of Object.entries(timeline.eventFeatures)) eventFeatures[name] = pick(ids, positions);
    return { ...timeline, itemIds: pick(timeline.itemIds, positions), timestampsMs: pick(timeline.timestampsMs, positions), eventFeatures };
  }

  /** Events come in time order: those of one moment on one item follow each other, other items' between them or not. */
  private isRepeated(itemId: number, timestampMs: number): boolean {
    const isMet = this.metIn[itemId] === this.met;
    this.metIn[itemId] = this.met;
    if (this.duplicates === 'same-item') return isMet;
    const isSameTime = this.metAtMs[itemId] === timestampMs;
    this.metAtMs[itemId] = timestampMs;
    return isMet && isSameTime;
  }
}

function ratingsFrom(reader: DatasetReader, minRating: number): Uint8Array {
  const { name, features } = reader.summary;
  if (!features.some((feature) => feature.name === 'rating')) {
    throw new AppError('experiment-invalid', `data.minRating: expected a dataset with ratings, got "${name}"; leave minRating out`);
  }
  return Uint8Array.from(reader.vocabulary('rating'), (value) => (value.trim() !== '' && Number(value) >= minRating ? 1 : 0));
}

function pick<T extends Int32Array | Float64Array>(values: T, positions: Int32Array): T {
  const picked = new (values.constructor as new (length: number) => T)(positions.length);
  for (let index = 0; index < positions.length; index++) picked[index] = values[positions[index]!]!;
  return picked;
}
