import Database from 'better-sqlite3';
import { AppError } from '../../src-shared/errors.ts';
import { migrations } from './migrations/index.ts';

export type { Database } from 'better-sqlite3';

/** An import of a hundred million events holds the write lock for several seconds, longer on a busy machine. */
const BUSY_TIMEOUT_MS = 30_000;
export const SCHEMA_VERSION = migrations.length;

/**
 * Opens (and creates) the database of a workspace in its newest form. Safe while other processes open the same file.
 * @throws AppError `workspace-too-new`, `workspace-locked`, `disk-full`, `file-not-readable`
 */
export function openDatabase(file: string): Database.Database {
  return translatingErrors(file, () => {
    const database = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      prepareDatabase(database, file);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function prepareDatabase(database: Database.Database, file: string): void {
  refuseNewer(database, file);
  // Takes effect in a new file only: what is deleted can be given back to the disk piece by piece (`reclaimSpace`).
  if (schemaVersion(database) === 0) database.pragma('auto_vacuum = INCREMENTAL');
  switchToWal(database);
  database.pragma('foreign_keys = ON');
  database.pragma('synchronous = NORMAL');
  database.pragma('journal_size_limit = 67108864');
  if (schemaVersion(database) < SCHEMA_VERSION) migrate(database, file);
}

export function schemaVersion(database: Database.Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

function refuseNewer(database: Database.Database, file: string): void {
  const version = schemaVersion(database);
  if (version <= SCHEMA_VERSION) return;
  throw new AppError(
    'workspace-too-new',
    `workspace "${file}": expected version ${SCHEMA_VERSION} or older, got version ${version}; open it with a newer User-LLM Workbench`,
  );
}

/** The busy handler does not cover the switch to WAL, so another process doing the same is waited for here. */
function switchToWal(database: Database.Database): void {
  const deadline = Date.now() + BUSY_TIMEOUT_MS;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      if (database.pragma('journal_mode', { simple: true }) !== 'wal') database.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (!isSqliteError(error, 'SQLITE_BUSY') || Date.now() > deadline) throw error;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
}

/** The write lock is taken before the version is read again: of several processes one migrates, the others find it done. */
function migrate(database: Database.Database, file: string): void {
  database
    .transaction(() => {
      refuseNewer(database, file);
      for (const sql of migrations.slice(schemaVersion(database))) database.exec(sql);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
    })
    .immediate();
}

/**
 * Runs `write` in one transaction that holds the write lock from its start: a read that turns into a write half-way could
 * fail without waiting. Inside another transaction it becomes a part of it.
 */
export function transact<T>(database: Database.Database, write: () => T): T {
  return translatingErrors(database.name, () => database.transaction(write).immediate());
}

/** Turns the database's own errors into ones a person can act on. */
export function translatingErrors<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asAppError(error, file);
  }
}

function asAppError(error: unknown, file: string): unknown {
  const say = (code: ConstructorParameters<typeof AppError>[0], text: string) =>
    new AppError(code, `workspace "${file}": ${text}`, undefined, { cause: error });
  if (isSqliteError(error, 'SQLITE_FULL')) return say('disk-full', 'the disk is full; free some space and try again');
  if (isSqliteError(error, 'SQLITE_BUSY')) {
    return say(
      'workspace-locked',
      `another program kept it locked for ${BUSY_TIMEOUT_MS / 1000} seconds; close that program and try again`,
    );
  }
  if (isSqliteError(error, 'SQLITE_NOTADB') || isSqliteError(error, 'SQLITE_CORRUPT')) {
    return say('file-not-readable', 'expected a workspace database, got a damaged or foreign file; restore it or choose another folder');
  }
  if (isSqliteError(error, 'SQLITE_CANTOPEN') || isSqliteError(error, 'SQLITE_READONLY')) {
    return say('file-not-readable', 'the file cannot be opened for writing; check the permissions of the folder');
  }
  return error;
}

/** Extended codes ("SQLITE_BUSY_SNAPSHOT") count as their base code. */
export function isSqliteError(error: unknown, code: string): boolean {
  if (!(error instanceof Database.SqliteError)) return false;
  return error.code === code || error.code.startsWith(`${code}_`);
}
