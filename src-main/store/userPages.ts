import type { UserSummary } from '../../src-shared/dataset.ts';
import type { Database } from './database.ts';
import { createPauses } from './pauses.ts';
import { sortWithPauses } from './sortWithPauses.ts';
import { USERS_PER_BLOCK, UserBlocks } from './userBlocks.ts';

export interface UserQuery {
  /** Part of the id that the source has. */
  search: string;
  sort: keyof UserSummary;
  descending: boolean;
  offset: number;
  limit: number;
}

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
    const page = userIds.subarray(query.offset, query.offset + query.limit);
    return { total: userIds.length, rows: new UserBlocks(this.database, dataset.id).summaries(page) };
  }

  private directly({ id, users }: { id: number; users: number }, { descending, offset, limit }: UserQuery) {
    const length = Math.max(0, Math.min(limit, users - offset));
    const userIds = Array.from({ length }, (_, index) => (descending ? users - 1 - offset - index : offset + index));
    return { total: users, rows: new UserBlocks(this.database, id).summaries(userIds) };
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
    const blocks = new UserBlocks(this.database, id);
    const values: { [userId: number]: number | string } = sort === 'externalId' ? [] : new Float64Array(users);
    const userIds = new Int32Array(users);
    const pause = createPauses();
    let found = 0;
    for (let block = 0; block * USERS_PER_BLOCK < users; block++) {
      const sorted = sort === 'userId' ? null : blocks.read(block, sort);
      for (const [index, externalId] of blocks.read(block, 'externalId').entries()) {
        if (!externalId.includes(search)) continue;
        const userId = block * USERS_PER_BLOCK + index;
        userIds[found++] = userId;
        values[userId] = sorted ? sorted[index]! : userId;
      }
      await pause();
    }
    return { userIds: userIds.slice(0, found), values };
  }
}
