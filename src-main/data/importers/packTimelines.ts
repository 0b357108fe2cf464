import type { NewTimeline } from '../../store/datasetStore.ts';
import type { SortedEvents } from '../eventSorter.ts';

/** Cuts events sorted by user into one timeline per user; timestamps in seconds become milliseconds. */
export async function* packTimelines(chunks: AsyncIterable<SortedEvents>, ratingIds: Int32Array): AsyncGenerator<NewTimeline> {
  const timeline = new GrowingTimeline(ratingIds);
  let user: number | null = null;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.users.length; ) {
      const next = chunk.users[start]!;
      if (user !== null && next !== user) yield timeline.take(user);
      user = next;
      let end = start + 1;
      while (end < chunk.users.length && chunk.users[end] === user) end += 1;
      timeline.add(chunk, start, end);
      start = end;
    }
  }
  if (user !== null) yield timeline.take(user);
}

/** Collects one user's events in arrays that grow and are used again for the next user. */
class GrowingTimeline {
  private readonly ratingIds: Int32Array;
  private items = new Int32Array(1024);
  private ratings = new Int32Array(1024);
  private timestampsMs = new Float64Array(1024);
  private length = 0;

  constructor(ratingIds: Int32Array) {
    this.ratingIds = ratingIds;
  }

  add(chunk: SortedEvents, start: number, end: number): void {
    this.reserve(this.length + end - start);
    this.items.set(chunk.items.subarray(start, end), this.length);
    for (let index = start; index < end; index++, this.length++) {
      this.ratings[this.length] = this.ratingIds[chunk.values[index]!]!;
      this.timestampsMs[this.length] = chunk.timestamps[index]! * 1000;
    }
  }

  take(user: number): NewTimeline {
    const { length } = this;
    this.length = 0;
    return {
      externalId: String(user),
      itemIds: this.items.slice(0, length),
      timestampsMs: this.timestampsMs.slice(0, length),
      eventFeatures: { rating: this.ratings.slice(0, length) },
    };
  }

  private reserve(length: number): void {
    if (length <= this.items.length) return;
    const capacity = Math.max(length, this.items.length * 2);
    this.items = enlarge(new Int32Array(capacity), this.items);
    this.ratings = enlarge(new Int32Array(capacity), this.ratings);
    this.timestampsMs = enlarge(new Float64Array(capacity), this.timestampsMs);
  }
}

function enlarge<T extends Int32Array | Float64Array>(larger: T, current: T): T {
  larger.set(current);
  return larger;
}
