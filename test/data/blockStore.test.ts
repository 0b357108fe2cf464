import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlockStore } from '../../src-main/data/ingest/blockStore.ts';
import { PARTITIONS, RowBlockBuilder } from '../../src-main/data/ingest/rowBlock.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

/** Three blocks of 500 rows, of 20 bytes each, in which users mingle. */
function fill(store: BlockStore): void {
  const builder = new RowBlockBuilder();
  for (let block = 0; block < 3; block++) {
    for (let row = 0; row < 500; row++) builder.push((row * 7) % 131, row % 11, 1e12 + 500 * block + row, 1 + (row % 5));
    store.add(builder.take(), Int32Array.of(10, 20, 30, 40, 50));
  }
}

function contentOf(store: BlockStore) {
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    const { users, items, timesMs, values } = store.read(partition);
    return Array.from(users, (user, row) => [user, items[row], timesMs[row], values[0]![row]]);
  });
}

describe('blocks of rows', () => {
  it('come back by partition of the user, in the order in which they came', () => {
    const store = new BlockStore(join(temporaryFolder(), 'blocks'));
    fill(store);
    const content = contentOf(store);
    expect(content.flat()).toHaveLength(1500);
    content.forEach((rows, partition) => {
      expect(rows.every(([user]) => user! % PARTITIONS === partition)).toBe(true);
      expect(rows.map(([, , timeMs]) => timeMs)).toEqual(rows.map(([, , timeMs]) => timeMs).toSorted((a, b) => a! - b!));
    });
    expect(content[0]![0]).toEqual([0, 0, 1e12, 10]);
  });

  it('are the same in memory, in a file, and partly in either', () => {
    const [inMemory, ...others] = [1 << 20, 0, 20 * 600].map((maxMemoryBytes) => {
      const path = join(temporaryFolder(), 'blocks');
      const store = new BlockStore(path, maxMemoryBytes);
      fill(store);
      const content = contentOf(store);
      store.close();
      store.close();
      expect(existsSync(path)).toBe(maxMemoryBytes < 1500 * 20);
      return content;
    });
    expect(others).toEqual([inMemory, inMemory]);
  });
});
