import { isUtf8 } from 'node:buffer';
import { Content, importError, type SourceFile } from './files/sourceFile.ts';

/** More than any row of a table; a line of JSON may hold long texts and lists. */
export const MAX_LINE_BYTES = 16 << 20;
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];

/** Receives one line: the bytes [start, end) of `buffer`, without its line break. */
export type LineListener = (buffer: Buffer, start: number, end: number, line: number) => void;

/**
 * Reads a file line by line without decoding it. Lines end in LF or CRLF and count from 1; a byte-order mark is skipped.
 * @param afterChunk called once for each few hundred kilobytes with the stored bytes read so far; what it throws ends the reading
 * @returns whether the last line had a line break of its own
 * @throws AppError `import-failed` for a line of more than 16 MB, and for damaged compressed content
 */
export async function readLines(
  file: SourceFile,
  listener: LineListener,
  afterChunk: (storedBytesRead: number) => void = () => {},
): Promise<boolean> {
  const content = new Content(file);
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let isStart = true;
  for await (const chunk of content) {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    // A mark of three bytes may be split between chunks only where chunks are that small.
    const first = isStart ? byteOrderMarkLength(buffer) : 0;
    isStart = false;
    const scanned = scanLines(buffer, first, line, listener);
    rest = buffer.subarray(scanned.position);
    line = scanned.line;
    if (rest.length > MAX_LINE_BYTES) throw lineTooLong(file, line);
    afterChunk(content.storedBytesRead);
  }
  if (rest.length > 0) listener(rest, 0, trimReturn(rest, 0, rest.length), line);
  return rest.length === 0;
}

/** Calls `listener` for every line of a block; the last one may have no line break. @returns the number of the line after it */
export function forEachLine(bytes: Buffer, firstLine: number, listener: LineListener): number {
  const { position, line } = scanLines(bytes, 0, firstLine, listener);
  if (position === bytes.length) return line;
  listener(bytes, position, trimReturn(bytes, position, bytes.length), line);
  return line + 1;
}

function scanLines(buffer: Buffer, first: number, firstLine: number, listener: LineListener): { position: number; line: number } {
  let position = first;
  let line = firstLine;
  for (;;) {
    const end = buffer.indexOf(LINE_FEED, position);
    if (end < 0) return { position, line };
    listener(buffer, position, trimReturn(buffer, position, end), line);
    position = end + 1;
    line += 1;
  }
}

function trimReturn(buffer: Buffer, start: number, end: number): number {
  return end > start && buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
}

export function byteOrderMarkLength(buffer: Buffer): number {
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
}

export function lineTooLong(file: SourceFile, line: number): Error {
  return importError(
    file,
    `expected lines of text, got more than 16 MB without a line break in line ${line}; check that it is a text file`,
    line,
  );
}

/** UTF-8, or Latin-1 where that is what the bytes are. */
export function decodeText(buffer: Buffer, start: number, end: number): string {
  const text = buffer.toString('utf8', start, end);
  return text.includes('\ufffd') && !isUtf8(buffer.subarray(start, end)) ? buffer.toString('latin1', start, end) : text;
}

const ENOUGH = new Error('enough');

/** Reads lines until `take` says that it has enough. */
export async function readFirstLines(file: SourceFile, take: (text: string, line: number) => boolean): Promise<void> {
  let isEnough = false;
  try {
    await readLines(
      file,
      (buffer, start, end, line) => {
        if (!isEnough) isEnough = take(decodeText(buffer, start, end), line);
      },
      () => {
        if (isEnough) throw ENOUGH;
      },
    );
  } catch (error) {
    if (error !== ENOUGH) throw error;
  }
}
