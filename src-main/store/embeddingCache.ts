import type { HostTensor } from '../engine/engine.ts';
import { type Database, transact } from './database.ts';

/** Whose embeddings, by which model, of which history. */
export interface EmbeddingKey {
  readonly runId: string;
  readonly userId: number;
  /** Hash of the events that were embedded. */
  readonly historyFingerprint: string;
}

interface EmbeddingRow {
  shape: string;
  data: Buffer;
}

/** Room for some ten thousand users of 50 events at the paper's encoder size. */
const LIMIT_BYTES = 256 * 1024 * 1024;

/** User embeddings of trained runs. What was used least recently goes first when there are more bytes than allowed; a run's go with the run. */
export class EmbeddingCache {
  private readonly database: Database;
  private readonly limitBytes: number;

  constructor(database: Database, limitBytes = LIMIT_BYTES) {
    this.database = database;
    this.limitBytes = limitBytes;
  }

  get(key: EmbeddingKey): HostTensor | null {
    const row = this.database
      .prepare<[EmbeddingKey & { use: number }], EmbeddingRow>(
        `UPDATE userEmbeddings SET lastUse = @use WHERE runId = @runId AND userId = @userId AND historyFingerprint = @historyFingerprint
          RETURNING shape, data`,
      )
      .get({ ...key, use: this.nextUse() });
    if (!row) return null;
    const { buffer, byteOffset, byteLength } = row.data;
    const data = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    return { data, shape: JSON.parse(row.shape) as number[], dtype: 'float32' };
  }

  set(key: EmbeddingKey, { data, shape }: HostTensor): void {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    if (bytes.length > this.limitBytes) return;
    const insert = this.database.prepare(
      'INSERT OR REPLACE INTO userEmbeddings VALUES (@runId, @userId, @historyFingerprint, @shape, @data, @sizeBytes, @use)',
    );
    transact(this.database, () => {
      this.evict(this.limitBytes - bytes.length);
      insert.run({ ...key, shape: JSON.stringify(shape), data: bytes, sizeBytes: bytes.length, use: this.nextUse() });
    });
  }

  sizeBytes(): number {
    return this.database.prepare<[], number>('SELECT coalesce(sum(sizeBytes), 0) FROM userEmbeddings').pluck().get()!;
  }

  /** Removes what was used least recently until at most so many bytes are left. */
  private evict(limitBytes: number): void {
    this.database
      .prepare(
        `DELETE FROM userEmbeddings WHERE rowid IN
          (SELECT rowid FROM (SELECT rowid, sum(sizeBytes) OVER (ORDER BY lastUse DESC) AS total FROM userEmbeddings) WHERE total > ?)`,
      )
      .run(limitBytes);
  }

  /** A counter, not a clock: two uses within a millisecond have an order. */
  private nextUse(): number {
    return this.database.prepare<[], number>('SELECT coalesce(max(lastUse), 0) + 1 FROM userEmbeddings').pluck().get()!;
  }
}
