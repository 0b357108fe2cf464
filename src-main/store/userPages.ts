import type { UserSummary } from '../../src-shared/dataset.ts';
import type { Database } from './database.ts';
import { createPauses } from './pauses.ts';
import { sortWithPauses } from './sortWithPauses.ts';

export interface UserQuery {
  /** Part of the id that the source has. */
  search: string;
  sort: keyof UserSummary;
  descending: boolean;
  offset: number;
  limit: number;
}

const COLUMNS = 'userId, externalId, events, firstEventAtMs, lastEventAtMs';

/** Users whose summaries are read between two looks at the clock. */
const SCANNED_USERS = 4096;

/**
 * Pages of a dataset's users. In the order of UserId a page is read directly, however far down it is; for any other order, and for a search,
 * the UserIds are sorted once, with pauses for whoever else waits, and kept until something else is asked for: 4 bytes a user.
 */
export class UserPages {
  private readonly database: Database;
  private kept: { key: string; userIds: Promise<Int32Array> } | null = null;

  constructor(database: Database) {
    this.database = database;
  }

  /** @param dataset `version` changes whenever its content may */
  async page(dataset: { id: number; users: number; version: string }, query: UserQuery): Promise<{ total: number; rows: UserSummary[] }> {
    if (query.search.trim() === '' && query.sort === 'userId') return this.directly(dataset, query);
    const userIds = await this.sorted(dataset, query);
    const select = this.database.prepare<[number, number], UserSummary>(
      `SELECT ${COLUMNS} FROM timelines WHERE datasetId = ? AND userId = ?`,
    );
    const page = userIds.subarray(query.offset, query.offset + query.limit);
    return { total: userIds.length, rows: Array.from(page, (userId) => select.get(dataset.id, userId)!) };
  }

  private directly({ id, users }: { id: number; users: number }, { descending, offset, limit }: UserQuery) {
    const end = descending ? users - offset : offset + limit;
    const rows = this.database
      .prepare<[number, number, number], UserSummary>(
        `SELECT ${COLUMNS} FROM timelines WHERE datasetId = ? AND userId >= ? AND userId < ? ORDER BY userId ${descending ? 'DESC' : 'ASC'}`,
      )
      .all(id, descending ? Math.max(0, end - limit) : offset, end);
    return { total: users, rows };
  }

  private sorted(dataset: { id: number; users: number; version: string }, query: UserQuery): Promise<Int32Array> {
    const key = JSON.stringify([dataset.id, dataset.version, query.search.trim(), query.sort, query.descending]);
    if (this.kept?.key === key) return this.kept.userIds;
    const kept = { key, userIds: this.sort(dataset, query) };
    this.kept = kept;
    kept.userIds.catch(() => {
      if (this.kept === kept) this.kept = null;
    });
    return kept.userIds;
  }

  private async sort({ id, users }: { id: number; users: number }, { search, sort, descending }: UserQuery): Promise<Int32Array> {
    const { userIds, values } = await this.scan(id, users, search.trim(), sort);
    const sign = descending ? -1 : 1;
    return sortWithPauses(userIds, (a, b) => {
      const [first, second] = [values[a]!, values[b]!];
      return first === second ? a - b : first < second ? -sign : sign;
    });
  }

  /** Who is found, ascending, and by UserId what they are sorted by. */
  private async scan(id: number, users: number, search: string, sort: UserQuery['sort']) {
    // Without the hint SQLite reads the rows, timelines and all.
    const rows = this.database
      .prepare<{ id: number; from: number; until: number; search: string }, [number, number | string]>(
        `SELECT userId, ${sort} FROM timelines INDEXED BY timelinesByUser
         WHERE datasetId = @id AND userId >= @from AND userId < @until AND instr(externalId, @search) > 0 ORDER BY userId`,
      )
      .raw();
    const values: { [userId: number]: number | string } = sort === 'externalId' ? [] : new Float64Array(users);
    const userIds = new Int32Array(users);
    const pause = createPauses();
    let found = 0;
    for (let from = 0; from < users; from += SCANNED_USERS) {
      for (const [userId, value] of rows.all({ id, from, until: from + SCANNED_USERS, search })) {
        userIds[found++] = userId;
        values[userId] = value;
      }
      await pause();
    }
    return { userIds: userIds.slice(0, found), values };
  }
}
