import type { NewTimeline } from '../../store/datasetStore.ts';
import type { SpooledEvents } from './eventSpool.ts';
import { groupByUser, type UserEvents } from './groupEvents.ts';
import { ranksOf } from './idTable.ts';

/** What turns numbers of the spool into those of the dataset. */
export interface Packing {
  /** External ids by the spool's number; UserIds are given in their sorted order. */
  users: readonly string[];
  /** ItemId by the spool's number; null where they are the same. */
  itemIds: Uint32Array | null;
  /** By column of the spool: vocabulary ids by value + 1. */
  features: readonly { name: string; ids: Int32Array }[];
  textFeatures: readonly string[];
}

/** One timeline per user, in no particular order of users. */
export function* timelinesOf(parts: Iterable<SpooledEvents>, packing: Packing): Generator<NewTimeline> {
  const userIds = ranksOf(packing.users);
  for (const events of parts) {
    const textStarts = packing.textFeatures.length > 0 ? startsOfTexts(events) : null;
    for (const group of groupByUser(events)) {
      const timeline = timelineOf(events, group, packing, userIds);
      yield textStarts ? { ...timeline, texts: textsOf(events, group.order, textStarts, packing.textFeatures) } : timeline;
    }
  }
}

function timelineOf(events: SpooledEvents, { user, order }: UserEvents, packing: Packing, userIds: Uint32Array): NewTimeline {
  const { itemIds: mapping } = packing;
  const count = order.length;
  const itemIds = new Int32Array(count);
  const timestampsMs = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const item = events.items[order[index]!]!;
    itemIds[index] = mapping ? mapping[item]! : item;
    timestampsMs[index] = events.timesMs[order[index]!]!;
  }
  const eventFeatures: Record<string, Int32Array> = {};
  for (const [column, { name, ids }] of packing.features.entries()) eventFeatures[name] = gather(events.values[column]!, order, ids);
  return { userId: userIds[user]!, externalId: packing.users[user]!, itemIds, timestampsMs, eventFeatures };
}

function gather(values: Int32Array, order: Uint32Array, ids: Int32Array): Int32Array {
  const gathered = new Int32Array(order.length);
  for (let index = 0; index < order.length; index++) gathered[index] = ids[values[order[index]!]! + 1]!;
  return gathered;
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
