import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EventCollector } from '../../src-main/data/ingest/eventCollector.ts';
import { packParts } from '../../src-main/data/ingest/packParts.ts';
import { packerOptions } from '../../src-main/store/datasetWriter.ts';
import { EventCounts } from '../../src-main/store/eventCounts.ts';
import { PackedStore } from '../../src-main/store/packedStore.ts';
import type { PackedTimelines } from '../../src-main/store/timelinePacker.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

const ITEMS = ['one', 'two', 'three'].map((externalId) => ({ externalId, title: externalId, genres: [] }));

/** Two hundred users with up to thirty events each, in no order of time, with texts. */
function collect() {
  const folder = join(temporaryFolder(), 'import');
  mkdirSync(folder);
  const collector = new EventCollector(folder, { rating: true, categories: ['device'], texts: ['review'] });
  for (let event = 0; event < 3000; event++) {
    const user = `user ${(event * 7919) % 200}`;
    const timeMs = ((event * 31) % 977) * 1000;
    collector.add(user, event % 3, timeMs, 1 + (event % 5), [['phone', 'car', ''][event % 3]!], [event % 4 ? `naïve ${event}` : '']);
  }
  return collector.finish(ITEMS);
}

async function pack(threads: number, signal = new AbortController().signal, onAdd = () => {}) {
  const { catalogue, packing, parts } = collect();
  const options = packerOptions(catalogue);
  const store = new PackedStore(null);
  const digests = new Map<number, string>();
  const counts = new EventCounts(options.items, options.ratings);
  const add = (packed: PackedTimelines) => {
    onAdd();
    store.add(packed);
    packed.userIds.forEach((userId, row) => {
      digests.set(userId, Buffer.from(packed.digests.subarray(row * 16, (row + 1) * 16)).toString('hex'));
    });
  };
  await packParts({ parts: parts(), packing, options, sink: { add, count: (counted) => counts.merge(counted) }, signal }, threads);
  const { eventsPerUser, eventsByDay, ...counted } = counts.counted();
  const users = Array.from(store.inOrder(), ({ userId, bytes, lengths }) => ({
    userId,
    bytes: bytes.toString('hex'),
    lengths: [...lengths],
  }));
  return {
    users,
    columns: store.userColumns(),
    digests: users.map(({ userId }) => digests.get(userId)),
    counted,
    eventsPerUser: eventsPerUser.toSorted(),
    eventsByDay,
  };
}

describe('packing timelines', () => {
  it('gives the same in threads as without any', async () => {
    const here = await pack(0);
    expect(here.users).toHaveLength(200);
    expect(here.columns.events.reduce((sum, events) => sum + events, 0)).toBe(3000);
    expect(here.users.every((user) => user.lengths.length === 5)).toBe(true);
    expect(await pack(2)).toEqual(here);
    expect(await pack(3)).toEqual(here);
  });

  it.each([0, 2])('ends when it is cancelled (%i threads)', async (threads) => {
    const cancelled = new Error('cancelled');
    const early = new AbortController();
    early.abort(cancelled);
    await expect(pack(threads, early.signal)).rejects.toBe(cancelled);
    const late = new AbortController();
    await expect(pack(threads, late.signal, () => late.abort(cancelled))).rejects.toBe(cancelled);
  });

  it('fails as the one who writes fails', async () => {
    const full = () => {
      throw new Error('the disk is full');
    };
    await expect(pack(2, undefined, full)).rejects.toThrow('the disk is full');
  });
});
