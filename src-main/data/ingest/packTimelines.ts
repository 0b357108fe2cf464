import type { NewTimeline } from '../../store/datasetStore.ts';
import type { SpooledEvents } from './eventSpool.ts';
import { groupByUser, type UserEvents } from './groupEvents.ts';

const START_EVENTS = 4096;

/**
 * External ids and UserIds by the spool's number of the user. UserIds are the places of the ids in sorted order. Where ids are numbers, they
 * are those of the spool: in ascending order.
 */
export type PackedUsers = { texts: readonly string[]; userIds: Uint32Array } | { numbers: Uint32Array };

/** What turns numbers of the spool into those of the dataset. */
export interface Packing {
  users: PackedUsers;
  /** ItemId by the spool's number; null where they are the same. */
  itemIds: Uint32Array | null;
  /** By column of the spool: vocabulary ids by value + 1. */
  features: readonly { name: string; ids: Int32Array }[];
  textFeatures: readonly string[];
}

/**
 * Groups parts by user and puts the events of each in order. What it yields is valid until the next timeline is asked for: the
 * arrays are used again, because new ones for each of many users are not free.
 */
export class Timelines {
  private readonly packing: Packing;
  private itemIds = new Int32Array(START_EVENTS);
  private timestampsMs = new Float64Array(START_EVENTS);
  private readonly values: Int32Array[];

  constructor(packing: Packing) {
    this.packing = packing;
    this.values = packing.features.map(() => new Int32Array(START_EVENTS));
  }

  /** One timeline per user, in no particular order of users. */
  *of(part: SpooledEvents): Generator<NewTimeline & { userId: number }> {
    const { textFeatures } = this.packing;
    const textStarts = textFeatures.length > 0 ? startsOfTexts(part) : null;
    for (const group of groupByUser(part)) {
      const timeline = this.timelineOf(part, group);
      yield textStarts ? { ...timeline, texts: textsOf(part, group.order, textStarts, textFeatures) } : timeline;
    }
  }

  private timelineOf(part: SpooledEvents, { user, order }: UserEvents): NewTimeline & { userId: number } {
    const { users, features } = this.packing;
    const count = order.length;
    this.reserve(count);
    this.gatherItems(part, order);
    const eventFeatures: Record<string, Int32Array> = {};
    for (const [column, { name, ids }] of features.entries()) {
      const gathered = this.values[column]!;
      const values = part.values[column]!;
      for (let index = 0; index < count; index++) gathered[index] = ids[values[order[index]!]! + 1]!;
      eventFeatures[name] = gathered.subarray(0, count);
    }
    const itemIds = this.itemIds.subarray(0, count);
    const timestampsMs = this.timestampsMs.subarray(0, count);
    return { ...identify(users, user), itemIds, timestampsMs, eventFeatures };
  }

  private gatherItems({ items, timesMs }: SpooledEvents, order: Uint32Array): void {
    const { itemIds, timestampsMs } = this;
    const mapping = this.packing.itemIds;
    for (let index = 0; index < order.length; index++) {
      const event = order[index]!;
      itemIds[index] = mapping ? mapping[items[event]!]! : items[event]!;
      timestampsMs[index] = timesMs[event]!;
    }
  }

  private reserve(events: number): void {
    if (events <= this.itemIds.length) return;
    this.itemIds = new Int32Array(2 * events);
    this.timestampsMs = new Float64Array(2 * events);
    for (let column = 0; column < this.values.length; column++) this.values[column] = new Int32Array(2 * events);
  }
}

function identify(users: PackedUsers, user: number): { userId: number; externalId: string } {
  if ('texts' in users) return { userId: users.userIds[user]!, externalId: users.texts[user]! };
  return { userId: placeOf(user, users.numbers), externalId: String(user) };
}

/** By halving: `value` is one of the ascending values. */
function placeOf(value: number, values: Uint32Array): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** [events]: the first byte of each event's texts. */
function startsOfTexts({ users, textLengths }: SpooledEvents): Float64Array {
  const starts = new Float64Array(users.length);
  let position = 0;
  for (let index = 0; index < users.length; index++) {
    starts[index] = position;
    for (const lengths of textLengths) position += lengths[index]!;
  }
  return starts;
}

function textsOf(events: SpooledEvents, order: Uint32Array, starts: Float64Array, names: readonly string[]): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  names.forEach((name, column) => {
    texts[name] = Array.from(order, (event) => {
      let start = starts[event]!;
      for (let before = 0; before < column; before++) start += events.textLengths[before]![event]!;
      return events.textBytes.toString('utf8', start, start + events.textLengths[column]![event]!);
    });
  });
  return texts;
}
