import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { reclaimSpace } from '../../src-main/store/reclaimSpace.ts';
import { films, temporaryFolder, temporaryWorkspace, timelineOf } from './temporaryWorkspace.ts';

const target = { name: 'films', format: 'movielens-csv', sourcePath: 'made up' } as const;
const many = Array.from({ length: 300 }, (_, user) =>
  timelineOf(
    `u${user}`,
    Array.from({ length: 500 }, (_, event) => (user * event) % 3),
  ),
);

describe('the space of a deleted dataset', () => {
  it('goes back to the disk, and everything else stays', async () => {
    const { datasets, database, databasePath } = temporaryWorkspace();
    datasets.insert({ ...target, name: 'kept' }, films, [timelineOf('1', [0, 1, 2])]);
    database.pragma('wal_checkpoint(TRUNCATE)');
    const before = statSync(databasePath).size;
    datasets.insert(target, films, many);
    database.pragma('wal_checkpoint(TRUNCATE)');
    const full = statSync(databasePath).size;
    datasets.delete('films');
    const freed = await reclaimSpace(database);
    database.pragma('wal_checkpoint(TRUNCATE)');
    expect(full).toBeGreaterThan(2 * before);
    expect(freed).toBeGreaterThan(0.9 * (full - before));
    expect(statSync(databasePath).size).toBeLessThan(1.1 * before);
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(datasets.get('kept')).toMatchObject({ events: 3 });
  });

  it('is nothing where nothing was deleted', async () => {
    expect(await reclaimSpace(temporaryWorkspace().database)).toBe(0);
  });

  it('goes back from a file that was made without room for it, too', async () => {
    const database = new Database(join(temporaryFolder(), 'old.db'));
    database.exec('CREATE TABLE blobs (value BLOB)');
    for (let at = 0; at < 50; at++) database.prepare('INSERT INTO blobs VALUES (zeroblob(50000))').run();
    database.exec('DELETE FROM blobs');
    expect(await reclaimSpace(database)).toBeGreaterThan(2_000_000);
    expect(database.pragma('auto_vacuum', { simple: true })).toBe(2);
    database.close();
  });
});
