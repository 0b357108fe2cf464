import type { UserSummary } from '../../src-shared/dataset.ts';
import type { Database } from './database.ts';

export interface UserQuery {
  /** Part of the id that the source has. */
  search: string;
  sort: keyof UserSummary;
  descending: boolean;
  offset: number;
  limit: number;
}

const COLUMNS = 'userId, externalId, events, firstEventAtMs, lastEventAtMs';

/**
 * Pages of a dataset's users. In the order of UserId a page is read directly, however far down it is; for any other order, and for a search,
 * the UserIds are sorted once and kept until something else is asked for: 4 bytes a user.
 */
export class UserPages {
  private readonly database: Database;
  private kept: { key: string; userIds: Int32Array } | null = null;

  constructor(database: Database) {
    this.database = database;
  }

  /** @param dataset `version` changes whenever its content may */
  page(dataset: { id: number; users: number; version: string }, query: UserQuery): { total: number; rows: UserSummary[] } {
    if (query.search.trim() === '' && query.sort === 'userId') return this.directly(dataset, query);
    const userIds = this.sorted(dataset, query);
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

  private sorted({ id, version }: { id: number; version: string }, { search, sort, descending }: UserQuery): Int32Array {
    const key = JSON.stringify([id, version, search.trim(), sort, descending]);
    if (this.kept?.key !== key) {
      const order = `${sort} ${descending ? 'DESC' : 'ASC'}, userId`;
      const found = this.database
        .prepare<[number, string], number>(
          `SELECT userId FROM timelines WHERE datasetId = ? AND instr(externalId, ?) > 0 ORDER BY ${order}`,
        )
        .pluck()
        .all(id, search.trim());
      this.kept = { key, userIds: Int32Array.from(found) };
    }
    return this.kept.userIds;
  }
}
