import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { SpooledEvents } from './eventSpool.ts';
import { type RowBlock, segmentBytes, viewSegment } from './rowBlock.ts';

/** Up to here blocks stay in memory: 25 million rows. */
const MAX_MEMORY_BYTES = 512 << 20;

interface Stored extends Pick<RowBlock, 'starts'> {
  /** null: they lie in the file, from `position` on. */
  bytes: ArrayBuffer | null;
  position: number;
  /** By code of a rating. */
  values: Int32Array;
}

/** Blocks of rows, given out partition by partition: in memory, and beyond some size in one file. */
export class BlockStore {
  private readonly path: string;
  private readonly blocks: Stored[] = [];
  private file: number | null = null;
  private end = 0;
  private memoryBytes = 0;
  private readonly maxMemoryBytes: number;

  /** @param path a file that does not exist yet; it is left behind */
  constructor(path: string, maxMemoryBytes = MAX_MEMORY_BYTES) {
    this.path = path;
    this.maxMemoryBytes = maxMemoryBytes;
  }

  get isEmpty(): boolean {
    return this.blocks.length === 0;
  }

  /** @param values by code of the block's ratings */
  add({ bytes, starts }: RowBlock, values: Int32Array): void {
    const fits = this.memoryBytes + bytes.byteLength <= this.maxMemoryBytes;
    this.blocks.push({ starts, values, bytes: fits ? bytes : null, position: fits ? 0 : this.append(bytes) });
    if (fits) this.memoryBytes += bytes.byteLength;
  }

  /** The rows of a partition, in order of arrival. */
  read(partition: number): SpooledEvents {
    const rowsOf = ({ starts }: Stored) => starts[partition + 1]! - starts[partition]!;
    const count = this.blocks.reduce((sum, block) => sum + rowsOf(block), 0);
    const events = emptyEvents(count);
    const buffer = new ArrayBuffer(Math.max(0, ...this.blocks.map((block) => (block.bytes ? 0 : segmentBytes(block, partition).length))));
    let row = 0;
    for (const block of this.blocks) {
      this.copy(block, partition, buffer, events, row);
      row += rowsOf(block);
    }
    return events;
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
    this.blocks.length = 0;
  }

  /** @returns where it begins in the file */
  private append(bytes: ArrayBuffer): number {
    this.file ??= openSync(this.path, 'w+');
    const content = new Uint8Array(bytes);
    const start = this.end;
    // One call may write less than all, on a disk that fills up before it fails.
    for (let written = 0; written < content.length; ) written += writeSync(this.file, content, written);
    this.end += content.length;
    return start;
  }

  private copy(block: Stored, partition: number, buffer: ArrayBuffer, events: SpooledEvents, first: number): void {
    const { start, length } = segmentBytes(block, partition);
    const rows = block.starts[partition + 1]! - block.starts[partition]!;
    if (!block.bytes) this.readFile(new Uint8Array(buffer, 0, length), block.position + start);
    const segment = block.bytes ? viewSegment(block.bytes, start, rows) : viewSegment(buffer, 0, rows);
    new Uint32Array(events.timesMs.buffer).set(segment.timesMs, 2 * first);
    events.users.set(segment.users, first);
    events.items.set(segment.items, first);
    const [values] = events.values;
    for (let row = 0; row < segment.rows; row++) values![first + row] = block.values[segment.ratings[row]!]!;
  }

  private readFile(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length; ) done += readSync(this.file!, bytes, done, bytes.length - done, position + done);
  }
}

function emptyEvents(count: number): SpooledEvents {
  return {
    users: new Uint32Array(count),
    items: new Uint32Array(count),
    timesMs: new Float64Array(count),
    values: [new Int32Array(count)],
    textBytes: Buffer.alloc(0),
    textLengths: [],
  };
}
