import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { SpooledEvents } from './eventSpool.ts';
import { type RowBlock, segmentBytes, viewSegment } from './rowBlock.ts';

interface Stored extends Pick<RowBlock, 'starts'> {
  position: number;
  /** By code of a rating. */
  values: Int32Array;
}

/** Blocks of rows in one file, given out partition by partition. */
export class BlockFile {
  private readonly path: string;
  private readonly blocks: Stored[] = [];
  private file: number | null = null;
  private end = 0;

  /** @param path a file that does not exist yet; it is left behind */
  constructor(path: string) {
    this.path = path;
  }

  get isEmpty(): boolean {
    return this.blocks.length === 0;
  }

  add({ bytes, starts }: RowBlock, values: Int32Array): void {
    this.file ??= openSync(this.path, 'w+');
    const content = new Uint8Array(bytes);
    // One call may write less than all, on a disk that fills up before it fails.
    for (let written = 0; written < content.length; ) written += writeSync(this.file, content, written);
    this.blocks.push({ starts, values, position: this.end });
    this.end += content.length;
  }

  /** The rows of a partition, in order of arrival. */
  read(partition: number): SpooledEvents {
    const rowsOf = ({ starts }: Stored) => starts[partition + 1]! - starts[partition]!;
    const count = this.blocks.reduce((sum, block) => sum + rowsOf(block), 0);
    const events = emptyEvents(count);
    const buffer = new ArrayBuffer(Math.max(0, ...this.blocks.map((block) => segmentBytes(block, partition).length)));
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
  }

  private copy(block: Stored, partition: number, buffer: ArrayBuffer, events: SpooledEvents, first: number): void {
    const { start, length } = segmentBytes(block, partition);
    const bytes = new Uint8Array(buffer);
    for (let done = 0; done < length; ) done += readSync(this.file!, bytes, done, length - done, block.position + start + done);
    const segment = viewSegment(buffer, 0, block.starts[partition + 1]! - block.starts[partition]!);
    events.timesMs.set(segment.timesMs, first);
    events.users.set(segment.users, first);
    events.items.set(segment.items, first);
    const [values] = events.values;
    for (let row = 0; row < segment.rows; row++) values![first + row] = block.values[segment.ratings[row]!]!;
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
