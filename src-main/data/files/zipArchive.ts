import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';
import { AppError } from '../../../src-shared/errors.ts';
import { importError, type SourceFile } from './sourceFile.ts';

/**
 * The files of a zip archive, by their name without folders.
 * @throws AppError `import-failed` where it is no complete archive
 */
export async function filesInArchive(path: string): Promise<SourceFile[]> {
  try {
    const archive = await openPromise(path, { lazyEntries: true });
    const entries: Entry[] = [];
    for await (const entry of archive.eachEntry()) if (isData(entry)) entries.push(entry);
    return entries.map((entry) => fileInArchive(path, entry));
  } catch (error) {
    throw damaged(path, error);
  }
}

function isData({ fileName }: Entry): boolean {
  return !fileName.endsWith('/') && !fileName.startsWith('__MACOSX/') && !basename(fileName).startsWith('.');
}

function fileInArchive(path: string, entry: Entry): SourceFile {
  return {
    name: basename(entry.fileName),
    path,
    sizeBytes: entry.uncompressedSize,
    isInArchive: true,
    openStored: async () => Readable.from(checked(path, entry), { objectMode: false }),
  };
}

/** The archive is opened anew for each file, so that nothing has to be kept open. */
async function* checked(path: string, entry: Entry): AsyncGenerator<Buffer> {
  try {
    const archive = await openPromise(path, { lazyEntries: true, autoClose: false });
    try {
      let sum = 0;
      for await (const chunk of await archive.openReadStreamPromise(entry)) {
        sum = crc32(chunk as Buffer, sum);
        yield chunk as Buffer;
      }
      if (sum !== entry.crc32) throw new Error(`wrong checksum of ${entry.fileName}`);
    } finally {
      archive.close();
    }
  } catch (error) {
    throw damaged(path, error);
  }
}

function damaged(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  // Of the file system, not of the archive: said in its own words.
  if (error instanceof AppError || (code !== undefined && !code.startsWith('Z_'))) return error;
  const text = /encrypted/i.test(message)
    ? 'the zip archive is encrypted; unpack it first'
    : `the zip archive is damaged or cut off (${message}); download it again`;
  return importError({ name: basename(path), path }, text);
}
