import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PackedStore } from '../../src-main/store/packedStore.ts';
import { TimelinePacker } from '../../src-main/store/timelinePacker.ts';
import { temporaryFolder, timelineOf } from './temporaryWorkspace.ts';

/** Users 4, 1, 3 and then 0, 2; user u has u + 1 events on item u. */
function addUsers(store: PackedStore): void {
  const packer = new TimelinePacker({ items: 5, ratings: 4, features: ['rating'], texts: [] });
  for (const users of [[4, 1, 3], [], [0, 2]]) {
    for (const user of users) packer.add(user, timelineOf(`u${user}`, new Array<number>(user + 1).fill(user)));
    store.add(packer.take());
  }
}

const contentOf = (store: PackedStore) =>
  Array.from(store.inOrder(), ({ userId, bytes, lengths }) => ({ userId, bytes: [...bytes], lengths: [...lengths] }));

describe('packed timelines', () => {
  it('come out in the order of UserId, whatever order they came in', () => {
    const store = new PackedStore(null);
    addUsers(store);
    const content = contentOf(store);
    expect(content.map(({ userId }) => userId)).toEqual([0, 1, 2, 3, 4]);
    // Items and ratings: a byte that says how wide they are, then a byte each.
    expect(content[2]!.lengths[0]).toBe(4);
    expect(content[2]!.bytes.slice(0, 4)).toEqual([1, 2, 2, 2]);
    expect(content[2]!.bytes.slice(-4)).toEqual([1, 2, 2, 2]);
    const { externalId, ...numbers } = store.userColumns();
    expect(externalId).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
    expect(Object.entries(numbers).map(([name, values]) => [name, ...values])).toEqual([
      ['events', 1, 2, 3, 4, 5],
      ['firstEventAtMs', 1000, 1000, 1000, 1000, 1000],
      ['lastEventAtMs', 1000, 2000, 3000, 4000, 5000],
    ]);
  });

  it('are the same where they lie in a file, wholly or in part', () => {
    const [inMemory, ...others] = [null, 0, 60].map((limit) => {
      const store = limit === null ? new PackedStore(null) : new PackedStore(join(temporaryFolder(), 'packed'), limit);
      addUsers(store);
      const content = contentOf(store);
      store.close();
      store.close();
      return content;
    });
    expect(others).toEqual([inMemory, inMemory]);
  });
});
