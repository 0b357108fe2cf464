import { type Database, transact } from './database.ts';

/** Settings of a workspace: JSON values by key. */
export class SettingsStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  all(): Record<string, unknown> {
    const rows = this.database.prepare<[], { key: string; value: string }>('SELECT key, value FROM settings ORDER BY key').all();
    return Object.fromEntries(rows.map((row) => [row.key, JSON.parse(row.value)]));
  }

  get(key: string): unknown {
    const value = this.database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck().get(key);
    return value === undefined ? undefined : JSON.parse(value);
  }

  /** Sets the given keys and leaves the others; null or undefined removes a key. */
  set(values: Readonly<Record<string, unknown>>): void {
    const upsert = this.database.prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
    const remove = this.database.prepare('DELETE FROM settings WHERE key = ?');
    transact(this.database, () => {
      for (const [key, value] of Object.entries(values)) {
        if (value === null || value === undefined) remove.run(key);
        else upsert.run(key, JSON.stringify(value));
      }
    });
  }
}
