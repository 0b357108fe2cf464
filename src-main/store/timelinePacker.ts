import type { NewTimeline } from './datasetWriter.ts';
import { type CountedEvents, EventCounts } from './eventCounts.ts';
import { DIGEST_BYTES, UserDigester } from './fingerprint.ts';
import { encodeTexts, maxIdsBytes, maxTimesBytes, writeIds, writeTimes } from './timelineCodec.ts';

/** Timelines of some users as they are stored. Plain data: it may cross threads. */
export interface PackedTimelines {
  userIds: Int32Array;
  externalIds: string[];
  events: Int32Array;
  firstEventsAtMs: Float64Array;
  lastEventsAtMs: Float64Array;
  /** The columns of each user, one after the other: items, times, features of events by name, texts by name. */
  bytes: Uint8Array<ArrayBuffer>;
  /** [users x columns] */
  lengths: Uint32Array;
  /** [users x `DIGEST_BYTES`] */
  digests: Uint8Array;
}

/** What has to be known of a dataset to pack its timelines. */
export interface PackerOptions {
  items: number;
  /** Values of the vocabulary of the rating; 0 where events have none. */
  ratings: number;
  /** Names of the features of events, and of texts. */
  features: readonly string[];
  texts: readonly string[];
}

const START_BYTES = 1 << 20;

/** Encodes, digests and counts timelines as they pass by. */
export class TimelinePacker {
  private readonly features: readonly string[];
  private readonly texts: readonly string[];
  private readonly counts: EventCounts;
  private readonly digester = new UserDigester();
  private users: { userId: number; externalId: string; events: number; first: number; last: number }[] = [];
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(START_BYTES);
  private filled = 0;
  private lengths: number[] = [];
  private digests: Uint8Array[] = [];

  constructor({ items, ratings, features, texts }: PackerOptions) {
    // Sorted, so that the order in which an importer names its features does not matter.
    this.features = features.toSorted();
    this.texts = texts.toSorted();
    this.counts = new EventCounts(items, ratings);
  }

  /** @param timeline read at once: its arrays may be used again */
  add(userId: number, timeline: NewTimeline): void {
    const { externalId, itemIds, timestampsMs, eventFeatures, texts } = timeline;
    const events = itemIds.length;
    this.users.push({ userId, externalId, events, first: timestampsMs[0]!, last: timestampsMs[events - 1]! });
    this.digester.start([externalId, events]);
    this.addIds('itemIds', itemIds);
    this.reserve(maxTimesBytes(events));
    this.addColumn('times', writeTimes(timestampsMs, this.bytes, this.filled));
    for (const name of this.features) this.addIds(name, eventFeatures[name]!);
    for (const name of this.texts) this.addTexts(name, texts![name]!);
    this.digests.push(this.digester.end());
    this.counts.add(itemIds, timestampsMs, eventFeatures.rating);
  }

  /** Everything since the last time. */
  take(): PackedTimelines {
    const { users, digests } = this;
    const packed: PackedTimelines = {
      userIds: Int32Array.from(users, (user) => user.userId),
      externalIds: users.map((user) => user.externalId),
      events: Int32Array.from(users, (user) => user.events),
      firstEventsAtMs: Float64Array.from(users, (user) => user.first),
      lastEventsAtMs: Float64Array.from(users, (user) => user.last),
      bytes: this.bytes.slice(0, this.filled),
      lengths: Uint32Array.from(this.lengths),
      digests: new Uint8Array(users.length * DIGEST_BYTES),
    };
    digests.forEach((digest, user) => {
      packed.digests.set(digest, user * DIGEST_BYTES);
    });
    [this.users, this.lengths, this.digests, this.filled] = [[], [], [], 0];
    return packed;
  }

  /** Of all timelines so far. */
  counted(): CountedEvents {
    return this.counts.counted();
  }

  private addIds(name: string, ids: Int32Array): void {
    this.reserve(maxIdsBytes(ids.length));
    this.addColumn(name, writeIds(ids, this.bytes, this.filled));
  }

  private addColumn(name: string, end: number): void {
    this.digester.column(name, this.bytes.subarray(this.filled, end));
    this.lengths.push(end - this.filled);
    this.filled = end;
  }

  /** The digest is of the texts themselves, not of how they are compressed. */
  private addTexts(name: string, texts: readonly string[]): void {
    this.digester.column(name, Buffer.from(JSON.stringify(texts)));
    const encoded = encodeTexts(texts);
    this.reserve(encoded.length);
    this.bytes.set(encoded, this.filled);
    this.lengths.push(encoded.length);
    this.filled += encoded.length;
  }

  private reserve(bytes: number): void {
    if (this.filled + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.filled + bytes));
    larger.set(this.bytes.subarray(0, this.filled));
    this.bytes = larger;
  }
}
