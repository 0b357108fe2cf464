import type { DatasetView } from '../../../src-shared/datasetView.ts';
import type { DatasetReader } from '../../store/datasetStore.ts';
import { createPauses } from '../../store/pauses.ts';
import { SampleRandom } from '../sample/random.ts';
import { EventFilter } from './eventFilter.ts';

/** What a view keeps of a dataset. */
export interface Selection {
  /** UserIds, ascending. */
  readonly userIds: Int32Array;
  /** Kept events by UserId; 0 for users that are left out. */
  readonly eventCounts: Int32Array;
  readonly filter: EventFilter;
}

/** Counts once through the timelines; a view that only asks for events per user, or a sample, reads none. */
export async function selectFrom(reader: DatasetReader, view: DatasetView): Promise<Selection> {
  const filter = new EventFilter(reader, view);
  const eventCounts = view.minEventsPerItem > 1 ? await dropRareItems(reader, view, filter) : await countEvents(reader, filter);
  for (let userId = 0; userId < eventCounts.length; userId++) if (eventCounts[userId]! < view.minEventsPerUser) eventCounts[userId] = 0;
  const userIds = drawUsers(usersOf(eventCounts), view);
  if (view.sampleUsers !== null) keepOnly(eventCounts, userIds);
  return { userIds, eventCounts, filter };
}

async function countEvents(reader: DatasetReader, filter: EventFilter): Promise<Int32Array> {
  if (filter.keepsAll) return reader.eventCounts();
  const counts = new Int32Array(reader.summary.users);
  const pause = createPauses();
  for (let userId = 0; userId < counts.length; userId++) {
    counts[userId] = filter.positionsIn(reader.timeline(userId)).length;
    await pause();
  }
  return counts;
}

/**
 * Leaves out rare items, and users with too few events, until no more fall (the k-core of the bipartite graph; Seidman 1983). The items of
 * all kept events lie in one array meanwhile: 4 bytes an event.
 */
async function dropRareItems(reader: DatasetReader, view: DatasetView, filter: EventFilter): Promise<Int32Array> {
  const { users, events } = reader.summary;
  const eventItems = new Int32Array(events);
  const starts = new Int32Array(users + 1);
  const pause = createPauses();
  for (let userId = 0; userId < users; userId++) {
    const { itemIds, ...rest } = reader.timeline(userId);
    let end = starts[userId]!;
    for (const position of filter.positionsIn({ itemIds, ...rest })) eventItems[end++] = itemIds[position]!;
    starts[userId + 1] = end;
    await pause();
  }
  const core = coreOf(eventItems, starts, reader.titles.length, view);
  filter.items = core.items;
  return core.eventCounts;
}

function coreOf(eventItems: Int32Array, starts: Int32Array, numItems: number, { minEventsPerUser, minEventsPerItem }: DatasetView) {
  const items = new Uint8Array(numItems).fill(1);
  const eventCounts = new Int32Array(starts.length - 1);
  for (let userId = 0; userId < eventCounts.length; userId++) eventCounts[userId] = starts[userId + 1]! - starts[userId]!;
  for (let changed = true; changed; ) {
    changed = false;
    const itemEvents = new Int32Array(numItems);
    for (let userId = 0; userId < eventCounts.length; userId++) {
      if (eventCounts[userId] === 0) continue;
      for (let index = starts[userId]!; index < starts[userId + 1]!; index++) itemEvents[eventItems[index]!]! += 1;
    }
    for (let item = 0; item < numItems; item++) {
      if (items[item] === 0 || itemEvents[item]! >= minEventsPerItem) continue;
      items[item] = 0;
      changed ||= itemEvents[item]! > 0;
    }
    for (let userId = 0; userId < eventCounts.length; userId++) {
      if (eventCounts[userId] === 0) continue;
      let kept = 0;
      for (let index = starts[userId]!; index < starts[userId + 1]!; index++) kept += items[eventItems[index]!]!;
      const isKept = kept >= minEventsPerUser;
      changed ||= !isKept;
      eventCounts[userId] = isKept ? kept : 0;
    }
  }
  return { items, eventCounts };
}

function usersOf(eventCounts: Int32Array): Int32Array {
  const userIds = new Int32Array(eventCounts.length);
  let users = 0;
  for (let userId = 0; userId < eventCounts.length; userId++) if (eventCounts[userId]! > 0) userIds[users++] = userId;
  return userIds.slice(0, users);
}

/** The first `sampleUsers` of a seeded shuffle (Fisher and Yates), in ascending order. */
function drawUsers(userIds: Int32Array, { sampleUsers, sampleSeed }: DatasetView): Int32Array {
  if (sampleUsers === null || sampleUsers >= userIds.length) return userIds;
  const random = new SampleRandom(sampleSeed);
  for (let place = 0; place < sampleUsers; place++) {
    const other = place + random.below(userIds.length - place);
    const drawn = userIds[other]!;
    userIds[other] = userIds[place]!;
    userIds[place] = drawn;
  }
  return userIds.slice(0, sampleUsers).sort();
}

function keepOnly(eventCounts: Int32Array, userIds: Int32Array): void {
  const all = eventCounts.slice();
  eventCounts.fill(0);
  for (const userId of userIds) eventCounts[userId] = all[userId]!;
}
