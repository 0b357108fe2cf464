import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';

/** A quoted field may hold line breaks; more lines than this in one record mean that a quote was never closed. */
const MAX_RECORD_LINES = 50;
const MAX_LINE_BYTES = 1 << 20;
const CHUNK_BYTES = 1 << 20;
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];

/** One record of a CSV file (RFC 4180), with the line on which it starts; lines count from 1. */
export type CsvRecord = { line: number; fields: string[] } | { line: number; problem: string };

/** Receives one line: the bytes [start, end) of `buffer`, without its line break. */
export type LineListener = (buffer: Buffer, start: number, end: number, line: number) => void;

/**
 * Reads a file line by line without decoding it. Lines end in LF or CRLF; a byte-order mark is skipped.
 * @param afterChunk called about once a megabyte with the bytes read so far; what it throws ends the reading
 * @returns whether the last line had a line break of its own
 * @throws AppError `import-failed` for a line of more than 1 MB
 */
export async function readLines(
  path: string,
  listener: LineListener,
  afterChunk: (bytesRead: number) => void = () => {},
): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let line = 1;
    let bytesRead = 0;
    for (;;) {
      const { buffer, length } = await readAfter(file, rest, bytesRead);
      if (length === 0) break;
      const first = bytesRead === 0 ? byteOrderMarkLength(buffer) : 0;
      bytesRead += length;
      const scanned = scanLines(buffer, first, line, listener);
      rest = buffer.subarray(scanned.position);
      line = scanned.line;
      if (rest.length > MAX_LINE_BYTES) throw lineTooLong(path, line);
      afterChunk(bytesRead);
    }
    if (rest.length > 0) listener(rest, 0, trimReturn(rest, 0, rest.length), line);
    return rest.length === 0;
  } finally {
    await file.close();
  }
}

/** A new buffer each time: the listener's caller may hold on to lines of the previous one. */
async function readAfter(
  file: Awaited<ReturnType<typeof open>>,
  rest: Buffer,
  position: number,
): Promise<{ buffer: Buffer; length: number }> {
  const buffer = Buffer.allocUnsafe(rest.length + CHUNK_BYTES);
  rest.copy(buffer);
  const { bytesRead } = await file.read(buffer, rest.length, CHUNK_BYTES, position);
  return { buffer: buffer.subarray(0, rest.length + bytesRead), length: bytesRead };
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

function byteOrderMarkLength(buffer: Buffer): number {
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
}

function lineTooLong(path: string, line: number): AppError {
  const message = `${basename(path)}: expected lines of text, got more than 1 MB without a line break in line ${line}; check that it is a CSV file`;
  return new AppError('import-failed', message, { position: { file: path, line } });
}

/** Puts lines together to records: a record goes on while a quote is open. Lines are pushed in order. */
export class RecordAssembler {
  private readonly pending: { text: string; line: number }[] = [];

  /** True while further lines are needed to know where the record ends. */
  get isOpen(): boolean {
    return this.pending.length > 0;
  }

  /** @returns the records that this line completes. Blank lines between records are none. */
  push(text: string, line: number): CsvRecord[] {
    this.pending.push({ text, line });
    return this.drain(false);
  }

  /** At the end of the file: whatever is left. */
  finish(): CsvRecord[] {
    return this.drain(true);
  }

  private drain(atEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.pending.length > 0) {
      const { line } = this.pending[0]!;
      const parsed = parseRecord(this.pending.map((part) => part.text).join('\n'));
      if (parsed === 'open' && !atEnd && this.pending.length < MAX_RECORD_LINES) break;
      if (parsed === 'open' || (this.pending.length > 1 && parsed !== 'blank' && 'problem' in parsed)) {
        records.push({ line, problem: 'a quote is opened and never closed' }, ...this.restart());
      } else {
        this.pending.length = 0;
        if (parsed !== 'blank') records.push({ line, ...parsed });
      }
    }
    return records;
  }

  /** Gives up the first pending line and takes the others as lines of their own. */
  private restart(): CsvRecord[] {
    const others = this.pending.splice(0).slice(1);
    return others.flatMap(({ text, line }) => this.push(text, line));
  }
}

/** A whole record, or `open` when it ends inside a quoted field. Outside quotes, spaces around a field do not count. */
export function parseRecord(text: string): { fields: string[] } | { problem: string } | 'open' | 'blank' {
  if (text.trim() === '') return 'blank';
  if (!text.includes('"')) return { fields: text.split(',').map((field) => field.trim()) };
  const fields: string[] = [];
  for (let position = 0; position <= text.length; ) {
    const field = readField(text, position);
    if (typeof field === 'string') return field === 'open' ? field : { problem: field };
    fields.push(field.value);
    position = field.end + 1;
  }
  return { fields };
}

/** The field at `position`; `end` is where its comma stands, or the text's length. */
function readField(text: string, position: number): { value: string; end: number } | string {
  const quote = /[ \t]*"/y;
  quote.lastIndex = position;
  if (!quote.test(text)) {
    const comma = text.indexOf(',', position);
    const end = comma < 0 ? text.length : comma;
    return { value: text.slice(position, end).trim(), end };
  }
  const quoted = /((?:[^"]|"")*)(")?[ \t]*/y;
  quoted.lastIndex = quote.lastIndex;
  const [, value, closing] = quoted.exec(text)!;
  const end = quoted.lastIndex;
  if (closing === undefined) return 'open';
  if (end < text.length && text[end] !== ',') return 'text follows a closing quote';
  return { value: value!.replaceAll('""', '"'), end };
}

/** Calls `listener` for every record of a file. @returns whether the last line had a line break of its own */
export async function readRecords(
  path: string,
  listener: (record: CsvRecord) => void,
  afterChunk?: (bytesRead: number) => void,
): Promise<boolean> {
  const assembler = new RecordAssembler();
  const complete = await readLines(
    path,
    (buffer, start, end, line) => {
      for (const record of assembler.push(buffer.toString('utf8', start, end), line)) listener(record);
    },
    afterChunk,
  );
  for (const record of assembler.finish()) listener(record);
  return complete;
}
