import type { DatasetReader, Timeline } from '../store/datasetStore.ts';

/** Half a gigabyte of events with one feature: all of MovieLens-20M, whose batches visit every user over and over. */
const KEPT_EVENTS = 32_000_000;

/** Timelines read last, up to a number of events; those that nobody asked for the longest go first. */
export class TimelineCache {
  private readonly reader: Pick<DatasetReader, 'timeline'>;
  private readonly keptEvents: number;
  /** By UserId, in the order of their last use. */
  private readonly timelines = new Map<number, Timeline>();
  private events = 0;

  constructor(reader: Pick<DatasetReader, 'timeline'>, keptEvents = KEPT_EVENTS) {
    this.reader = reader;
    this.keptEvents = keptEvents;
  }

  /** Do not change it. */
  get(userId: number): Timeline {
    const known = this.timelines.get(userId);
    if (known) {
      this.timelines.delete(userId);
      this.timelines.set(userId, known);
      return known;
    }
    const timeline = this.reader.timeline(userId);
    this.timelines.set(userId, timeline);
    this.events += timeline.itemIds.length;
    this.forgetOldest();
    return timeline;
  }

  /** The one that was asked for last stays, however long it is. */
  private forgetOldest(): void {
    for (const [userId, { itemIds }] of this.timelines) {
      if (this.events <= this.keptEvents || this.timelines.size === 1) return;
      this.timelines.delete(userId);
      this.events -= itemIds.length;
    }
  }
}

const caches = new WeakMap<DatasetReader, TimelineCache>();

/** A user's timeline, read once per reader and kept while there is room for it. Do not change it. */
export function timelineOf(reader: DatasetReader, userId: number): Timeline {
  let cache = caches.get(reader);
  if (!cache) {
    cache = new TimelineCache(reader);
    caches.set(reader, cache);
  }
  return cache.get(userId);
}
