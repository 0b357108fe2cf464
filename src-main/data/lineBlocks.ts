import { type ByteSource, openBytes } from './files/byteSource.ts';
import type { SourceFile } from './files/sourceFile.ts';
import { byteOrderMarkLength, MAX_LINE_BYTES } from './lines.ts';

/** Whole lines of a file. */
export interface LineBlock {
  /** Memory of its own, which may be given away. */
  bytes: Buffer<ArrayBuffer>;
  /** How much of the stored file was read when this was. */
  storedBytesRead: number;
  /** `last`: the last line has no line break. `endless`: one line, too long to be read to its end. */
  end: 'whole' | 'last' | 'endless';
}

const BLOCK_BYTES = 4 << 20;
const LINE_FEED = 0x0a;

/**
 * Reads a file in blocks of some megabytes; a byte-order mark is skipped. Blocks whose memory is given back are written again: new memory for
 * each would have the garbage collector look at everything over and over.
 */
export class LineBlocks implements AsyncIterable<LineBlock> {
  private readonly file: SourceFile;
  /** Of a block's memory. */
  private readonly length: number;
  private readonly free: Buffer<ArrayBuffer>[] = [];

  constructor(file: SourceFile, blockBytes = BLOCK_BYTES) {
    this.file = file;
    this.length = blockBytes;
  }

  /** @param bytes of a block that nobody reads any more */
  recycle({ buffer }: LineBlock['bytes']): void {
    if (buffer.byteLength === this.length) this.free.push(Buffer.from(buffer));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LineBlock> {
    const source = await openBytes(this.file);
    try {
      yield* this.blocks(source);
    } finally {
      await source.close();
    }
  }

  private async *blocks(source: ByteSource): AsyncGenerator<LineBlock> {
    let rest: Buffer = Buffer.alloc(0);
    for (let isStart = true; ; isStart = false) {
      let bytes = this.memory(rest);
      let filled = rest.length + (await source.fill(bytes.subarray(rest.length)));
      while (filled === bytes.length && filled <= MAX_LINE_BYTES && !bytes.includes(LINE_FEED)) {
        bytes = enlarged(bytes);
        filled += await source.fill(bytes.subarray(filled));
      }
      const { storedBytesRead } = source;
      const start = isStart ? byteOrderMarkLength(bytes.subarray(0, filled)) : 0;
      if (filled < bytes.length) {
        const last = bytes.subarray(start, filled);
        if (last.length > 0) yield { bytes: last, storedBytesRead, end: last.at(-1) === LINE_FEED ? 'whole' : 'last' };
        return;
      }
      const end = bytes.lastIndexOf(LINE_FEED) + 1;
      if (end === 0) return yield { bytes, storedBytesRead, end: 'endless' };
      rest = Buffer.from(bytes.subarray(end));
      yield { bytes: bytes.subarray(start, end), storedBytesRead, end: 'whole' };
    }
  }

  /** Room for a block, with what the block before left over at its start. */
  private memory(rest: Buffer): Buffer<ArrayBuffer> {
    const { length } = this;
    // Not from a pool that others use, and not filled with zeros first.
    const bytes = rest.length < length ? (this.free.pop() ?? Buffer.allocUnsafeSlow(length)) : Buffer.allocUnsafeSlow(rest.length + length);
    rest.copy(bytes);
    return bytes;
  }
}

/** Never much beyond the longest line that is read. */
function enlarged(bytes: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.min(2 * bytes.length, MAX_LINE_BYTES + 1));
  bytes.copy(larger);
  return larger;
}
