import { rmSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { RunDetail, StageName } from '../../src-shared/run.ts';
import { type Database, transact } from './database.ts';

export interface Checkpoint {
  step: number;
  /** Absolute. */
  path: string;
}

/** Which checkpoint files belong to which run. The files lie in the blobs folder; several runs may share one. */
export class CheckpointStore {
  private readonly database: Database;
  private readonly blobsPath: string;

  constructor(database: Database, blobsPath: string) {
    this.database = database;
    this.blobsPath = blobsPath;
  }

  add(runId: string, checkpoint: { stage: StageName; step: number; path: string; sizeBytes: number }): void {
    const { stage, step, sizeBytes } = checkpoint;
    transact(this.database, () =>
      this.database
        .prepare('INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?)')
        .run(runId, stage, step, this.toStored(checkpoint.path), sizeBytes, Date.now()),
    );
  }

  list(runId: string): RunDetail['checkpoints'] {
    const sql = 'SELECT stage, step, sizeBytes, createdAtMs FROM checkpoints WHERE runId = ? ORDER BY createdAtMs, stage, step';
    return this.database.prepare<[string], RunDetail['checkpoints'][number]>(sql).all(runId);
  }

  latest(runId: string, stage: StageName): Checkpoint | null {
    const sql = 'SELECT step, path FROM checkpoints WHERE runId = ? AND stage = ? ORDER BY step DESC LIMIT 1';
    const row = this.database.prepare<[string, string], Checkpoint>(sql).get(runId, stage);
    return row ? { step: row.step, path: this.toAbsolute(row.path) } : null;
  }

  /** Forgets all but the latest `keep` checkpoints of a stage and removes their files. */
  prune(runId: string, stage: StageName, keep: number): void {
    const sql = 'SELECT step, path FROM checkpoints WHERE runId = ? AND stage = ? ORDER BY step DESC LIMIT -1 OFFSET ?';
    const old = this.database.prepare<[string, string, number], Checkpoint>(sql).all(runId, stage, keep);
    const remove = this.database.prepare('DELETE FROM checkpoints WHERE runId = ? AND stage = ? AND step = ?');
    transact(this.database, () => {
      for (const { step } of old) remove.run(runId, stage, step);
    });
    this.removeUnused(old.map((row) => row.path));
  }

  /** Stored paths of the run's checkpoints, for `removeUnused` once the run is gone. */
  storedPaths(runId: string): string[] {
    return this.database.prepare<[string], string>('SELECT path FROM checkpoints WHERE runId = ?').pluck().all(runId);
  }

  /** Removes those files that no checkpoint names any more. */
  removeUnused(storedPaths: readonly string[]): void {
    const used = this.database.prepare<[string], number>('SELECT 1 FROM checkpoints WHERE path = ? LIMIT 1').pluck();
    for (const path of storedPaths) if (used.get(path) === undefined) rmSync(this.toAbsolute(path), { force: true });
  }

  private toStored(path: string): string {
    const inside = relative(this.blobsPath, resolve(this.blobsPath, path));
    return inside.startsWith('..') || isAbsolute(inside) ? resolve(path) : inside.replaceAll('\\', '/');
  }

  private toAbsolute(stored: string): string {
    return isAbsolute(stored) ? stored : join(this.blobsPath, stored);
  }
}
