import { createReadStream, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../../src-shared/errors.ts';

const CHUNK_BYTES = 1 << 20;
const UNPACKED_CHUNK_BYTES = 1 << 18;

/** A file of a data set as it lies in a folder or a zip archive. */
export interface SourceFile {
  readonly name: string;
  /** Where it is, for messages: the file itself, or the archive it is in. */
  readonly path: string;
  /** Stored bytes: of a compressed file, the compressed ones. */
  readonly sizeBytes: number;
  readonly isInArchive: boolean;
  /** The stored bytes. */
  openStored(): Promise<Readable>;
  /** The same, where they lie on the disk by themselves. */
  openFile?(): Promise<FileHandle>;
}

export function fileOnDisk(path: string): SourceFile {
  return {
    name: basename(path),
    path,
    sizeBytes: statSync(path).size,
    isInArchive: false,
    openStored: async () => createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    openFile: () => open(path),
  };
}

export function importError(file: { name: string; path: string }, text: string, line?: number): AppError {
  const position = { file: file.path, ...(line !== undefined && { line }) };
  return new AppError('import-failed', `${file.name}: ${text}`, { position });
}

/** The content of a file from its start; what is gzipped (by its first bytes, not by its name) is unpacked. */
export class Content implements AsyncIterable<Buffer> {
  private readonly file: SourceFile;
  /** How many of `file.sizeBytes` were read. */
  storedBytesRead = 0;

  constructor(file: SourceFile) {
    this.file = file;
  }

  /** @throws AppError `import-failed` where the packed content is damaged or cut off */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const stored = await this.file.openStored();
    const chunks = this.counted(stored);
    try {
      const first = await chunks.next();
      if (first.done) return;
      if (isGzip(first.value)) yield* this.unpacked(first.value, chunks);
      else {
        yield first.value;
        yield* chunks;
      }
    } finally {
      stored.destroy();
    }
  }

  private async *counted(stored: Readable): AsyncGenerator<Buffer> {
    for await (const chunk of stored) {
      this.storedBytesRead += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }

  private async *unpacked(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
    const gunzip = createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES });
    const fed = feed(gunzip, first, rest);
    try {
      for await (const chunk of gunzip) yield chunk as Buffer;
      await fed;
    } catch (error) {
      throw this.translated(error);
    } finally {
      gunzip.destroy();
    }
  }

  private translated(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') return importError(this.file, 'the gzip file ends too early; the download was cut off: download it again');
    if (code?.startsWith('Z_')) return importError(this.file, 'the gzip file is damaged; download it again');
    return error;
  }
}

/** Ends early without complaint when the other side is closed: nobody reads on. */
async function feed(gunzip: ReturnType<typeof createGunzip>, first: Buffer, rest: AsyncGenerator<Buffer>): Promise<void> {
  try {
    for (let chunk: Buffer | undefined = first; chunk !== undefined; chunk = (await rest.next()).value as Buffer | undefined) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve));
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error as Error);
  }
}

export function isGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** The first bytes of the content: `count` of them, or all there are. */
export async function readStart(file: SourceFile, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of new Content(file)) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(parts).subarray(0, count);
}
