import { describe, expect, it } from 'vitest';
import { TimelineCache } from '../../src-main/data/timelines.ts';

/** User u has u + 1 events; `read` lists whose were read. */
function counting() {
  const read: number[] = [];
  const timeline = (userId: number) => {
    read.push(userId);
    return { itemIds: new Int32Array(userId + 1), timestampsMs: new Float64Array(userId + 1), eventFeatures: {} };
  };
  return { reader: { timeline }, read };
}

describe('timelines that batches ask for', () => {
  it('are read once while there is room', () => {
    const { reader, read } = counting();
    const cache = new TimelineCache(reader, 6);
    const first = [0, 1, 2].map((userId) => cache.get(userId));
    expect([0, 1, 2].map((userId) => cache.get(userId))).toEqual(first);
    expect(cache.get(2)).toBe(first[2]);
    expect(read).toEqual([0, 1, 2]);
  });

  it('make room for others, the one that was not used for the longest first', () => {
    const { reader, read } = counting();
    const cache = new TimelineCache(reader, 6);
    for (const userId of [0, 1, 2, 0, 3]) cache.get(userId);
    // Ten events: users 1 and 2 had to go, user 0 was used since.
    for (const userId of [0, 3, 1]) cache.get(userId);
    expect(read).toEqual([0, 1, 2, 3, 1]);
  });

  it('are read even where one alone is more than there is room for', () => {
    const { reader, read } = counting();
    const cache = new TimelineCache(reader, 6);
    expect(cache.get(9).itemIds).toHaveLength(10);
    cache.get(9);
    cache.get(0);
    cache.get(9);
    expect(read).toEqual([9, 0, 9]);
  });
});
