import { toBlob, toFloat64, toInt32 } from './blobs.ts';
import { type Database, transact } from './database.ts';

/** What a run's evaluation found for each of its test users. */
export interface UserValues {
  /** One for each test user. */
  readonly userIds: ArrayLike<number>;
  /** By metric, in the order of `userIds`. */
  readonly values: Readonly<Record<string, ArrayLike<number>>>;
}

/** Metrics by test user, a packed row a metric. */
export class UserValueStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Replaces what the run had. */
  set(runId: string, { userIds, values }: UserValues): void {
    const wrong = Object.keys(values).find((metric) => values[metric]!.length !== userIds.length);
    if (wrong) throw new Error(`run ${runId}: expected ${userIds.length} values of "${wrong}", got ${values[wrong]!.length}`);
    const insert = this.database.prepare('INSERT INTO userValues VALUES (?, ?, ?, ?)');
    transact(this.database, () => {
      this.database.prepare('DELETE FROM userValues WHERE runId = ?').run(runId);
      this.database.prepare('INSERT OR REPLACE INTO testUsers VALUES (?, ?)').run(runId, toBlob(Int32Array.from(userIds)));
      Object.entries(values).forEach(([metric, ofUsers], position) => {
        insert.run(runId, position, metric, toBlob(Float64Array.from(ofUsers)));
      });
    });
  }

  /** Null for a run that was not evaluated, or was by a version that did not keep them. */
  get(runId: string): { userIds: Int32Array; values: Map<string, Float64Array> } | null {
    const users = this.database.prepare<[string], Uint8Array>('SELECT userIds FROM testUsers WHERE runId = ?').pluck().get(runId);
    if (!users) return null;
    const sql = 'SELECT metric, valuesOfUsers FROM userValues WHERE runId = ? ORDER BY position';
    const rows = this.database.prepare<[string], { metric: string; valuesOfUsers: Uint8Array }>(sql).all(runId);
    return { userIds: toInt32(users), values: new Map(rows.map((row) => [row.metric, toFloat64(row.valuesOfUsers)])) };
  }
}
