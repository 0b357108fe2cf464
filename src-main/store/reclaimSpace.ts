import { setImmediate } from 'node:timers/promises';
import { type Database, isSqliteError } from './database.ts';

/** Pages (of 4 KiB) given back in one turn: a few milliseconds. */
const PAGES_PER_TURN = 512;

/**
 * Gives the space of deleted rows back to the disk, a little at a time, so that whoever else waits has a turn. What another program holds on
 * to stays in the file, to be used again.
 * @returns bytes by which the database shrank
 */
export async function reclaimSpace(database: Database): Promise<number> {
  const before = sizeBytes(database);
  try {
    if (database.pragma('auto_vacuum', { simple: true }) === 0) vacuumOnce(database);
    for (let free = freePages(database); free > 0; ) {
      database.pragma(`incremental_vacuum(${PAGES_PER_TURN})`);
      const left = freePages(database);
      if (left >= free) break;
      free = left;
      await setImmediate();
    }
    database.pragma('wal_checkpoint(PASSIVE)');
  } catch (error) {
    // What is free is used by the next import, whether the file shrinks or not.
    if (!isSqliteError(error, 'SQLITE_BUSY') && !isSqliteError(error, 'SQLITE_FULL')) throw error;
  }
  return Math.max(0, before - sizeBytes(database));
}

/** Files of versions before this one cannot shrink piece by piece until they have been written anew. */
function vacuumOnce(database: Database): void {
  database.pragma('auto_vacuum = INCREMENTAL');
  database.exec('VACUUM');
}

function freePages(database: Database): number {
  return database.pragma('freelist_count', { simple: true }) as number;
}

function sizeBytes(database: Database): number {
  const [pages, size] = ['page_count', 'page_size'].map((name) => database.pragma(name, { simple: true }) as number);
  return pages! * size!;
}
