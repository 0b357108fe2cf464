/** Users are dealt out to so many partitions, each of which is later put in order in memory. */
export const PARTITIONS = 64;
/** A time, a user, an item and a rating. */
const ROW_BYTES = 8 + 4 + 4 + 4;

const MAX_TENTHS = 101;

/** Ratings of users that have numbers, dealt out to partitions by user. Plain data: it may cross threads. */
export interface RowBlock {
  rows: number;
  /** Partition after partition: its times (float64), then users, items and codes of ratings (32 bits each), in order of arrival. */
  bytes: ArrayBuffer;
  /** [PARTITIONS + 1]: the row with which each partition begins. */
  starts: Uint32Array<ArrayBuffer>;
  /** Each user once. */
  users: Uint32Array<ArrayBuffer>;
  /** Ratings by code. */
  ratings: number[];
}

/** Rows of one partition of a block. */
export interface RowSegment {
  rows: number;
  /** float64, as two halves of 32 bits each: segments begin at multiples of 4. */
  timesMs: Uint32Array;
  users: Uint32Array;
  items: Uint32Array;
  ratings: Int32Array;
}

/** Where the bytes of a partition lie in a block. */
export function segmentBytes({ starts }: Pick<RowBlock, 'starts'>, partition: number): { start: number; length: number } {
  return { start: starts[partition]! * ROW_BYTES, length: (starts[partition + 1]! - starts[partition]!) * ROW_BYTES };
}

/** @param start a multiple of 4; the views share the buffer's memory */
export function viewSegment(buffer: ArrayBufferLike, start: number, rows: number): RowSegment {
  return {
    rows,
    timesMs: new Uint32Array(buffer, start, 2 * rows),
    users: new Uint32Array(buffer, start + 8 * rows, rows),
    items: new Uint32Array(buffer, start + 12 * rows, rows),
    ratings: new Int32Array(buffer, start + 16 * rows, rows),
  };
}

/** Gathers rows for a block. One is used for many: its arrays stay. */
export class RowBlockBuilder {
  private users = new Uint32Array(1024);
  private items = new Uint32Array(1024);
  private timesMs = new Float64Array(1024);
  private codes = new Int32Array(1024);
  private met = new Set<number>();
  private lastUser = -1;
  private readonly codeOf = new Map<number, number>();
  /** By ten times the rating, where that is a whole number: its code, or -1. */
  private readonly codeOfTenths = new Int32Array(MAX_TENTHS).fill(-1);
  rows = 0;

  /** @param user and @param item whole numbers below 2^32 */
  push(user: number, item: number, timeMs: number, rating: number): void {
    if (this.rows === this.users.length) this.grow();
    const row = this.rows++;
    this.users[row] = user;
    this.items[row] = item;
    this.timesMs[row] = timeMs;
    this.codes[row] = this.codeFor(rating);
    if (user === this.lastUser) return;
    this.lastUser = user;
    this.met.add(user);
  }

  /** The rows since the last time. */
  take(): RowBlock {
    const starts = this.countPartitions();
    const bytes = new ArrayBuffer(this.rows * ROW_BYTES);
    this.deal(bytes, starts);
    const block = { rows: this.rows, bytes, starts, users: Uint32Array.from(this.met), ratings: [...this.codeOf.keys()] };
    this.clear();
    return block;
  }

  clear(): void {
    this.rows = 0;
    this.met = new Set();
    this.lastUser = -1;
  }

  private codeFor(rating: number): number {
    const tenths = 10 * rating;
    const known = this.codeOfTenths[tenths];
    if (known !== undefined && known >= 0) return known;
    const code = this.codeOf.get(rating) ?? this.codeOf.size;
    this.codeOf.set(rating, code);
    if (known !== undefined) this.codeOfTenths[tenths] = code;
    return code;
  }

  private countPartitions(): Uint32Array<ArrayBuffer> {
    const starts = new Uint32Array(PARTITIONS + 1);
    for (let row = 0; row < this.rows; row++) starts[(this.users[row]! % PARTITIONS) + 1]! += 1;
    for (let partition = 0; partition < PARTITIONS; partition++) starts[partition + 1]! += starts[partition]!;
    return starts;
  }

  /** Segments begin at multiples of 4: times are written as two halves of 32 bits (little-endian). */
  private deal(bytes: ArrayBuffer, starts: Uint32Array): void {
    const words = new Uint32Array(bytes);
    const halves = new Uint32Array(this.timesMs.buffer);
    const next = starts.slice();
    for (let row = 0; row < this.rows; row++) {
      const partition = this.users[row]! % PARTITIONS;
      const start = starts[partition]!;
      const count = starts[partition + 1]! - start;
      const place = next[partition]!++ - start;
      const first = start * (ROW_BYTES / 4);
      words[first + 2 * place] = halves[2 * row]!;
      words[first + 2 * place + 1] = halves[2 * row + 1]!;
      words[first + 2 * count + place] = this.users[row]!;
      words[first + 3 * count + place] = this.items[row]!;
      words[first + 4 * count + place] = this.codes[row]!;
    }
  }

  private grow(): void {
    const larger = <T extends Uint32Array | Float64Array | Int32Array>(values: T): T => {
      const copy = new (values.constructor as new (length: number) => T)(2 * values.length);
      copy.set(values);
      return copy;
    };
    this.users = larger(this.users);
    this.items = larger(this.items);
    this.timesMs = larger(this.timesMs);
    this.codes = larger(this.codes);
  }
}
