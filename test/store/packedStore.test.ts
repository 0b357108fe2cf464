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
  Array.from(store.inOrder(), ({ columns, ...user }) => ({ ...user, columns: columns.map((column) => [...column]) }));

describe('packed timelines', () => {
  it('come out in the order of UserId, whatever order they came in', () => {
    const store = new PackedStore(null);
    addUsers(store);
    const content = contentOf(store);
    expect(content.map(({ userId, externalId, events }) => [userId, externalId, events])).toEqual([
      [0, 'u0', 1],
      [1, 'u1', 2],
      [2, 'u2', 3],
      [3, 'u3', 4],
      [4, 'u4', 5],
    ]);
    expect(content[2]).toMatchObject({ firstEventAtMs: 1000, lastEventAtMs: 3000 });
    expect(content[2]!.columns[0]).toEqual([1, 2, 2, 2]);
    expect(content[2]!.columns[2]).toEqual([1, 2, 2, 2]);
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
