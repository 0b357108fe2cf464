import type { UserSummary } from '../../src-shared/dataset.ts';
import type { Database } from './database.ts';

/** Users in one row of `userBlocks`: all users are read in few rows, and one of them without reading many others. */
export const USERS_PER_BLOCK = 256;

/** What lists of users show and sort by, apart from the UserId. */
export type UserColumn = Exclude<keyof UserSummary, 'userId'>;

/** By UserId. */
export interface UserColumns extends Record<UserColumn, ArrayLike<string | number>> {
  externalId: readonly string[];
  events: Int32Array;
  firstEventAtMs: Float64Array;
  lastEventAtMs: Float64Array;
}

export function insertUserBlocks(database: Database, datasetId: number | bigint, columns: UserColumns): void {
  const { externalId, events, firstEventAtMs, lastEventAtMs } = columns;
  const insert = database.prepare('INSERT INTO userBlocks VALUES (?, ?, ?, ?, ?, ?)');
  for (let start = 0; start < externalId.length; start += USERS_PER_BLOCK) {
    const end = start + USERS_PER_BLOCK;
    const numbers = [events, firstEventAtMs, lastEventAtMs].map((column) => JSON.stringify([...column.subarray(start, end)]));
    insert.run(datasetId, start / USERS_PER_BLOCK, JSON.stringify(externalId.slice(start, end)), ...numbers);
  }
}

/** The users of one dataset, a block at a time. */
export class UserBlocks {
  private readonly database: Database;
  private readonly datasetId: number;

  constructor(database: Database, datasetId: number) {
    this.database = database;
    this.datasetId = datasetId;
  }

  /** One column of the users from `block * USERS_PER_BLOCK` on; nothing behind the last block. */
  read<Column extends UserColumn>(block: number, column: Column): UserSummary[Column][] {
    const select = this.database
      .prepare<[number, number], string>(`SELECT ${column} FROM userBlocks WHERE datasetId = ? AND block = ?`)
      .pluck();
    const values = select.get(this.datasetId, block);
    return values === undefined ? [] : (JSON.parse(values) as UserSummary[Column][]);
  }

  /** One column of all users. */
  readAll<Column extends UserColumn>(column: Column): UserSummary[Column][] {
    const select = this.database.prepare<[number], string>(`SELECT ${column} FROM userBlocks WHERE datasetId = ? ORDER BY block`).pluck();
    return select.all(this.datasetId).flatMap((values) => JSON.parse(values) as UserSummary[Column][]);
  }

  /** The given users, in the given order; whoever is gone since is left out. */
  summaries(userIds: Iterable<number>): UserSummary[] {
    const blocks = new Map<number, UserSummary[]>();
    return Array.from(userIds, (userId) => {
      const number = Math.floor(userId / USERS_PER_BLOCK);
      const block = blocks.get(number) ?? this.summariesOf(number);
      blocks.set(number, block);
      return block[userId % USERS_PER_BLOCK];
    }).filter((user) => user !== undefined);
  }

  private summariesOf(block: number): UserSummary[] {
    const externalIds = this.read(block, 'externalId');
    const [events, first, last] = [this.read(block, 'events'), this.read(block, 'firstEventAtMs'), this.read(block, 'lastEventAtMs')];
    return externalIds.map((externalId, index) => ({
      userId: block * USERS_PER_BLOCK + index,
      externalId,
      events: events[index]!,
      firstEventAtMs: first[index]!,
      lastEventAtMs: last[index]!,
    }));
  }
}
