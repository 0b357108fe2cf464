import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BlockStore } from './blockStore.ts';
import { PARTITIONS, type RowBlock } from './rowBlock.ts';

const BLOCK_ROWS = 8192;
const TEXT_BLOCK_BYTES = 1 << 18;

/** Events of some users as they arrived, column by column: [events] each. */
export interface SpooledEvents {
  users: Uint32Array;
  items: Uint32Array;
  timesMs: Float64Array;
  /** One per column that the spool was made with. */
  values: Int32Array[];
  /** The texts of event e, one per text column, from byte `textStarts[e]` on; `textLengths[c][e]` bytes each. */
  textBytes: Buffer;
  textLengths: Int32Array[];
}

/**
 * Gathers any number of events in files, dealt out by user: memory stays the same, and the events of one user stay together in
 * their order of arrival. An event is a user and an item (whole numbers below 2^32), a time, numbers and texts.
 */
export class EventSpool {
  private readonly partitions: Partition[];
  private readonly blocks: BlockStore;

  /** @param folder an empty folder of one's own */
  constructor(folder: string, valueColumns: number, textColumns: number) {
    this.blocks = new BlockStore(join(folder, 'blocks'));
    this.partitions = Array.from(
      { length: PARTITIONS },
      (_, index) => new Partition(join(folder, `events-${index}`), valueColumns, textColumns),
    );
  }

  /** @param values and @param texts are read at once and may be used again */
  add(user: number, item: number, timeMs: number, values: ArrayLike<number>, texts: readonly string[]): void {
    this.partitions[user % PARTITIONS]!.add(user, item, timeMs, values, texts);
  }

  /** Many events at once, with one value each: instead of `add`. @param values by code of the block's ratings */
  addBlock(block: RowBlock, values: Int32Array): void {
    this.blocks.add(block, values);
  }

  /** Once, after the last event was added: the events of all users, those of one user in the same part. Parts without events are left out. */
  *parts(): Generator<SpooledEvents> {
    for (const [index, partition] of this.partitions.entries()) {
      const events = this.blocks.isEmpty ? partition.read() : this.blocks.read(index);
      if (events.users.length > 0) yield events;
    }
  }

  /** Frees files; harmless after a failure. */
  close(): void {
    for (const partition of this.partitions) partition.close();
    this.blocks.close();
  }
}

/** Blocks of up to `BLOCK_ROWS` events: times, users, items, then one column after the other. */
class Partition {
  private readonly path: string;
  private readonly columns: number;
  private readonly textColumns: number;
  private readonly block: ArrayBuffer;
  private readonly timesMs: Float64Array;
  private readonly users: Uint32Array;
  private readonly items: Uint32Array;
  /** Values, then lengths of texts: column by column. */
  private readonly others: Int32Array;
  private filled = 0;
  private blocks = 0;
  private file: number | null = null;
  private textFile: number | null = null;
  private textBlock: Buffer | null = null;
  private textFilled = 0;

  constructor(path: string, valueColumns: number, textColumns: number) {
    this.path = path;
    this.columns = valueColumns + textColumns;
    this.textColumns = textColumns;
    this.block = new ArrayBuffer(BLOCK_ROWS * (16 + 4 * this.columns));
    this.timesMs = new Float64Array(this.block, 0, BLOCK_ROWS);
    this.users = new Uint32Array(this.block, BLOCK_ROWS * 8, BLOCK_ROWS);
    this.items = new Uint32Array(this.block, BLOCK_ROWS * 12, BLOCK_ROWS);
    this.others = new Int32Array(this.block, BLOCK_ROWS * 16, BLOCK_ROWS * this.columns);
  }

  add(user: number, item: number, timeMs: number, values: ArrayLike<number>, texts: readonly string[]): void {
    const row = this.filled++;
    this.timesMs[row] = timeMs;
    this.users[row] = user;
    this.items[row] = item;
    const valueColumns = this.columns - this.textColumns;
    for (let column = 0; column < valueColumns; column++) this.others[column * BLOCK_ROWS + row] = values[column]!;
    for (let column = 0; column < this.textColumns; column++) {
      this.others[(valueColumns + column) * BLOCK_ROWS + row] = this.addText(texts[column]!);
    }
    if (this.filled === BLOCK_ROWS) this.flush();
  }

  read(): SpooledEvents {
    const hasTextFile = this.textFile !== null;
    this.close();
    const count = this.blocks * BLOCK_ROWS + this.filled;
    const events: SpooledEvents = {
      users: new Uint32Array(count),
      items: new Uint32Array(count),
      timesMs: new Float64Array(count),
      values: Array.from({ length: this.columns - this.textColumns }, () => new Int32Array(count)),
      textLengths: Array.from({ length: this.textColumns }, () => new Int32Array(count)),
      textBytes: Buffer.alloc(0),
    };
    if (count === 0) return events;
    const stored = this.blocks === 0 ? Buffer.alloc(0) : takeFile(this.path);
    for (let index = 0; index < this.blocks; index++) {
      const start = stored.byteOffset + index * this.block.byteLength;
      const bytes = stored.buffer.slice(start, start + this.block.byteLength);
      this.copyBlock(bytes as ArrayBuffer, BLOCK_ROWS, index * BLOCK_ROWS, events);
    }
    this.copyBlock(this.block, this.filled, this.blocks * BLOCK_ROWS, events);
    const unwritten = this.textBlock?.subarray(0, this.textFilled) ?? Buffer.alloc(0);
    events.textBytes = hasTextFile ? Buffer.concat([takeFile(textPath(this.path)), unwritten]) : unwritten;
    return events;
  }

  close(): void {
    for (const file of [this.file, this.textFile]) if (file !== null) closeSync(file);
    this.file = null;
    this.textFile = null;
  }

  private copyBlock(block: ArrayBuffer, rows: number, start: number, events: SpooledEvents): void {
    events.timesMs.set(new Float64Array(block, 0, rows), start);
    events.users.set(new Uint32Array(block, BLOCK_ROWS * 8, rows), start);
    events.items.set(new Uint32Array(block, BLOCK_ROWS * 12, rows), start);
    for (const [column, target] of [...events.values, ...events.textLengths].entries()) {
      target.set(new Int32Array(block, BLOCK_ROWS * (16 + 4 * column), rows), start);
    }
  }

  private flush(): void {
    this.file ??= openSync(this.path, 'w');
    writeWhole(this.file, new Uint8Array(this.block));
    this.blocks += 1;
    this.filled = 0;
  }

  /** @returns its length in bytes */
  private addText(text: string): number {
    if (text === '') return 0;
    const length = Buffer.byteLength(text);
    if (length > TEXT_BLOCK_BYTES) {
      this.flushTexts();
      this.textFile ??= openSync(textPath(this.path), 'w');
      writeWhole(this.textFile, Buffer.from(text));
      return length;
    }
    if (this.textFilled + length > TEXT_BLOCK_BYTES) this.flushTexts();
    this.textBlock ??= Buffer.allocUnsafe(TEXT_BLOCK_BYTES);
    this.textFilled += this.textBlock.write(text, this.textFilled);
    return length;
  }

  private flushTexts(): void {
    if (this.textFilled === 0) return;
    this.textFile ??= openSync(textPath(this.path), 'w');
    writeWhole(this.textFile, this.textBlock!.subarray(0, this.textFilled));
    this.textFilled = 0;
  }
}

function textPath(path: string): string {
  return `${path}-texts`;
}

/** Frees the disk at once: what is read is packed and written elsewhere. */
function takeFile(path: string): Buffer {
  const content = readFileSync(path);
  rmSync(path);
  return content;
}

/** One call may write less than all, on a disk that fills up before it fails. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
