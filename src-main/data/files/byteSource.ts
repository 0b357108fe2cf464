import type { FileHandle } from 'node:fs/promises';
import { Content, isGzip, type SourceFile } from './sourceFile.ts';

/** The content of a file, written into memory that the reader brings. */
export interface ByteSource {
  /** Fills `target` unless the content ends before. @returns how many bytes were written */
  fill(target: Uint8Array): Promise<number>;
  /** How many of the file's `sizeBytes` were read. */
  readonly storedBytesRead: number;
  close(): Promise<void>;
}

/** A plain file on the disk is read without a copy in between; everything else by way of chunks. */
export async function openBytes(file: SourceFile): Promise<ByteSource> {
  const handle = await file.openFile?.();
  if (handle === undefined) return new ChunkedBytes(file);
  const start = Buffer.alloc(2);
  await handle.read(start, 0, start.length, 0);
  if (!isGzip(start)) return new DiskBytes(handle);
  await handle.close();
  return new ChunkedBytes(file);
}

class DiskBytes implements ByteSource {
  private readonly handle: FileHandle;
  storedBytesRead = 0;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  async fill(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await this.handle.read(target, filled, target.length - filled, this.storedBytesRead);
      if (bytesRead === 0) break;
      filled += bytesRead;
      this.storedBytesRead += bytesRead;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

class ChunkedBytes implements ByteSource {
  private readonly content: Content;
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(file: SourceFile) {
    this.content = new Content(file);
    this.chunks = this.content[Symbol.asyncIterator]();
  }

  get storedBytesRead(): number {
    return this.content.storedBytesRead;
  }

  async fill(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      if (this.rest.length === 0) {
        const { done, value } = await this.chunks.next();
        if (done) break;
        this.rest = value;
      }
      const count = this.rest.copy(target, filled);
      this.rest = this.rest.subarray(count);
      filled += count;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}
