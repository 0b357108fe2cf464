import type { Database } from './database.ts';

/**
 * A page holds the columns of users whose UserIds follow each other, little-endian: the number of users n; (n x columns + 1) positions, where
 * each column begins and where the last one ends, counted from the first; then the columns of one user after the other. Numbers are uint32.
 *
 * It is full with so many bytes: one user's timeline is read without much else, and there are far fewer pages than users.
 */
const PAGE_BYTES = 1 << 14;
const NUMBER_BYTES = 4;

/** Writes the pages of one dataset, users in the order of UserId. */
export class TimelinePageWriter {
  private readonly insert: (firstUserId: number, page: Buffer) => void;
  private readonly columns: number;
  private content = Buffer.alloc(2 * PAGE_BYTES);
  private filled = 0;
  private starts: number[] = [];
  private nextUserId = 0;

  /** @param columns of each user */
  constructor(database: Database, datasetId: number | bigint, columns: number) {
    const statement = database.prepare('INSERT INTO timelinePages VALUES (?, ?, ?)');
    this.insert = (firstUserId, page) => void statement.run(datasetId, firstUserId, page);
    this.columns = columns;
  }

  /** @param bytes begins with the user's columns, of these lengths */
  add(bytes: Uint8Array, lengths: Uint32Array): void {
    let total = 0;
    for (let column = 0; column < this.columns; column++) {
      this.starts.push(this.filled + total);
      total += lengths[column]!;
    }
    if (this.filled + total > this.content.length) this.content = Buffer.concat([this.content], 2 * (this.filled + total));
    this.content.set(bytes.length === total ? bytes : bytes.subarray(0, total), this.filled);
    this.filled += total;
    this.nextUserId += 1;
    if (this.filled >= PAGE_BYTES) this.end();
  }

  /** Writes what is left. */
  end(): void {
    if (this.starts.length === 0) return;
    const users = this.starts.length / this.columns;
    const header = Uint32Array.of(users, ...this.starts, this.filled);
    this.insert(this.nextUserId - users, Buffer.concat([Buffer.from(header.buffer), this.content.subarray(0, this.filled)]));
    this.starts = [];
    this.filled = 0;
  }
}

interface Page {
  readonly firstUserId: number;
  readonly columns: Buffer;
}

/** Every page of MovieLens-20M: training batches visit users in any order, and one page after the other would be read over and over. */
const KEPT_BYTES = 1 << 27;

/** Reads columns of one dataset's users. Pages that were read last are kept, up to a number of bytes. */
export class TimelinePages {
  private readonly select;
  private readonly selectFirst;
  private readonly datasetId: number;
  private readonly columns: number;
  private readonly keptBytes: number;
  /** First UserId of every page, ascending; null: not asked for yet. */
  private firstUserIds: number[] | null = null;
  /** By first UserId, in the order of their last use. */
  private readonly pages = new Map<number, Page>();
  private bytes = 0;

  constructor(database: Database, datasetId: number, columns: number, keptBytes = KEPT_BYTES) {
    this.columns = columns;
    this.keptBytes = keptBytes;
    this.datasetId = datasetId;
    this.select = database.prepare<[number, number], Page>(
      'SELECT firstUserId, columns FROM timelinePages WHERE datasetId = ? AND firstUserId = ?',
    );
    this.selectFirst = database
      .prepare<[number], number>('SELECT firstUserId FROM timelinePages WHERE datasetId = ? ORDER BY firstUserId')
      .pluck();
  }

  /** The user's columns, in memory that others share; null for a user who is in no page. */
  of(userId: number): Buffer[] | null {
    const page = this.pageOf(userId);
    if (page === null || !holds(page, userId)) return null;
    const { firstUserId, columns } = page;
    const first = (1 + (userId - firstUserId) * this.columns) * NUMBER_BYTES;
    const content = (2 + columns.readUInt32LE(0) * this.columns) * NUMBER_BYTES;
    return Array.from({ length: this.columns }, (_, column) => {
      const place = first + column * NUMBER_BYTES;
      return columns.subarray(content + columns.readUInt32LE(place), content + columns.readUInt32LE(place + NUMBER_BYTES));
    });
  }

  private pageOf(userId: number): Page | null {
    this.firstUserIds ??= this.selectFirst.all(this.datasetId);
    const firstUserId = this.firstUserIds[lastAtMost(this.firstUserIds, userId)];
    if (firstUserId === undefined) return null;
    const known = this.pages.get(firstUserId);
    const page = known ?? this.select.get(this.datasetId, firstUserId) ?? null;
    if (page === null) return null;
    this.pages.delete(firstUserId);
    this.pages.set(firstUserId, page);
    if (known === undefined) this.makeRoom(page);
    return page;
  }

  private makeRoom({ columns }: Page): void {
    this.bytes += columns.length;
    for (const [firstUserId, oldest] of this.pages) {
      if (this.bytes <= this.keptBytes || this.pages.size === 1) return;
      this.pages.delete(firstUserId);
      this.bytes -= oldest.columns.length;
    }
  }
}

/** Index of the last of the ascending values that is at most `limit`; -1 where there is none. */
function lastAtMost(values: readonly number[], limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function holds({ firstUserId, columns }: Page, userId: number): boolean {
  return userId >= firstUserId && userId < firstUserId + columns.readUInt32LE(0);
}
