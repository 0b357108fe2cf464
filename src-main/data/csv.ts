import type { SourceFile } from './files/sourceFile.ts';
import { decodeText, readLines } from './lines.ts';

/** A quoted field may hold line breaks; more lines than this in one record mean that a quote was never closed. */
const MAX_RECORD_LINES = 50;

/** One record of a CSV file (RFC 4180), with the line on which it starts; lines count from 1. */
export type CsvRecord = { line: number; fields: string[] } | { line: number; problem: string };

/** How a table separates its fields. */
export interface Dialect {
  delimiter: string;
  /** Whether quotes may enclose a field. Where they may, the delimiter is one character. */
  quoted: boolean;
}

const CSV: Dialect = { delimiter: ',', quoted: true };

/** Puts lines together to records: a record goes on while a quote is open. Lines are pushed in order. */
export class RecordAssembler {
  private readonly pending: { text: string; line: number }[] = [];
  private readonly dialect: Dialect;

  constructor(dialect: Partial<Dialect> = {}) {
    this.dialect = { ...CSV, ...dialect };
  }

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
      const parsed = parseRecord(this.pending.map((part) => part.text).join('\n'), this.dialect);
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
export function parseRecord(
  text: string,
  { delimiter, quoted }: Dialect = CSV,
): { fields: string[] } | { problem: string } | 'open' | 'blank' {
  if (text.trim() === '') return 'blank';
  if (!quoted || !text.includes('"')) return { fields: text.split(delimiter).map((field) => field.trim()) };
  const fields: string[] = [];
  for (let position = 0; position <= text.length; ) {
    const field = readField(text, position, delimiter);
    if (typeof field === 'string') return field === 'open' ? field : { problem: field };
    fields.push(field.value);
    position = field.end + 1;
  }
  return { fields };
}

/** The field at `position`; `end` is where its delimiter stands, or the text's length. */
function readField(text: string, position: number, delimiter: string): { value: string; end: number } | string {
  const quote = delimiter === '\t' ? / *"/y : /[ \t]*"/y;
  quote.lastIndex = position;
  if (!quote.test(text)) {
    const next = text.indexOf(delimiter, position);
    const end = next < 0 ? text.length : next;
    return { value: text.slice(position, end).trim(), end };
  }
  const quoted = delimiter === '\t' ? /((?:[^"]|"")*)(")? */y : /((?:[^"]|"")*)(")?[ \t]*/y;
  quoted.lastIndex = quote.lastIndex;
  const [, value, closing] = quoted.exec(text)!;
  const end = quoted.lastIndex;
  if (closing === undefined) return 'open';
  if (end < text.length && text[end] !== delimiter) return 'text follows a closing quote';
  return { value: value!.replaceAll('""', '"'), end };
}

/** Calls `listener` for every record of a file. @returns whether the last line had a line break of its own */
export async function readRecords(
  file: SourceFile,
  listener: (record: CsvRecord) => void,
  dialect: Partial<Dialect> = {},
  afterChunk?: (storedBytesRead: number) => void,
): Promise<boolean> {
  const assembler = new RecordAssembler(dialect);
  const complete = await readLines(
    file,
    (buffer, start, end, line) => {
      for (const record of assembler.push(decodeText(buffer, start, end), line)) listener(record);
    },
    afterChunk,
  );
  for (const record of assembler.finish()) listener(record);
  return complete;
}
