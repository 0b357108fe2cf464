import { type CsvRecord, RecordAssembler } from '../csv.ts';
import { importError, type SourceFile } from '../files/sourceFile.ts';
import type { EventCollector } from '../ingest/eventCollector.ts';
import { readRating, readTimestamp, readWholeNumber } from '../ingest/numbers.ts';
import type { RowBlock } from '../ingest/rowBlock.ts';
import { usefulThreads } from '../ingest/threads.ts';
import { type LineBlock, LineBlocks } from '../lineBlocks.ts';
import { decodeText, forEachLine, lineTooLong } from '../lines.ts';
import type { ReadContext } from './importer.ts';
import { cutOff, fixedPlaces, type Places, placesOf, requireText } from './movielensFiles.ts';
import type { FileLayout } from './movielensLayouts.ts';
import { PlainRatings } from './plainRatings.ts';
import type { RatingsSetup } from './ratingsThread.ts';
import { type FinishBlock, RatingsThreads } from './ratingsThreads.ts';

/** Smaller files are read before a thread has started. */
const BYTES_WORTH_THREADS = 16 << 20;

/**
 * Every row of the ratings file goes to `collector`, with the ItemId as its item.
 * @param blockBytes lines that are read at once; some megabytes when left out
 * @throws AppError `import-failed` when the file as a whole is of no use; single bad rows become rejections
 */
export async function readRatings(
  file: SourceFile,
  layout: FileLayout,
  movies: { name: string; itemIds: ReadonlyMap<number, number> },
  collector: EventCollector,
  { progress, signal, threads: wanted }: Pick<ReadContext, 'progress' | 'signal' | 'threads'>,
  blockBytes?: number,
): Promise<void> {
  await requireText(file, layout.expected);
  const reader = new RatingsReader(file, layout, movies, collector);
  const threads = new RatingsThreads(wanted ?? (file.sizeBytes < BYTES_WORTH_THREADS ? 0 : usefulThreads()), signal);
  const blocks = new LineBlocks(file, blockBytes);
  const finish: FinishBlock = ({ bytes, storedBytesRead, end }, rows) => {
    signal.throwIfAborted();
    reader.takeBlock(bytes, rows, end);
    blocks.recycle(bytes);
    progress.report('reading', collector.rows, Math.round((collector.rows * file.sizeBytes) / Math.max(1, storedBytesRead)));
  };
  try {
    for await (const lines of blocks) {
      signal.throwIfAborted();
      if (threads.isFull) await threads.takeNext(finish);
      if (threads.start(reader.plainSetup)) threads.send(lines);
      else finish(lines, null);
    }
    while (!threads.isEmpty) await threads.takeNext(finish);
  } finally {
    await threads.end();
  }
  reader.finish();
}

/**
 * Rows of four plain numbers are read from the bytes; every other row is taken apart as text and either understood or
 * rejected with a reason.
 */
class RatingsReader {
  private readonly file: SourceFile;
  private readonly layout: FileLayout;
  private readonly movies: { name: string; itemIds: ReadonlyMap<number, number> };
  private readonly collector: EventCollector;
  private readonly assembler: RecordAssembler;
  private readonly plain: PlainRatings;
  private readonly itemIds: Int32Array;
  private places: Places | null;
  private isPlainLayout: boolean;
  private lastOdd: CsvRecord | null = null;
  private line = 1;
  private isComplete = true;

  constructor(file: SourceFile, layout: FileLayout, movies: RatingsReader['movies'], collector: EventCollector) {
    this.file = file;
    this.layout = layout;
    this.movies = movies;
    this.collector = collector;
    this.assembler = new RecordAssembler(layout);
    this.itemIds = denseIds(movies.itemIds);
    this.plain = new PlainRatings(layout.delimiter, this.itemIds);
    this.places = fixedPlaces(layout);
    this.isPlainLayout = this.places !== null;
  }

  /** What others need to read plain rows; null while the columns are not known, or where they are not the usual ones. */
  get plainSetup(): RatingsSetup | null {
    return this.isPlainLayout ? { delimiter: this.layout.delimiter, itemIds: this.itemIds } : null;
  }

  /** @param rows those of these lines, where somebody has read them and all of them are plain */
  takeBlock(bytes: Buffer, rows: RowBlock | null, end: LineBlock['end']): void {
    if (end === 'endless') throw lineTooLong(this.file, this.line);
    this.isComplete = end === 'whole';
    if (rows && !this.assembler.isOpen) {
      this.collector.addBlock(rows);
      this.line += rows.rows;
      this.lastOdd = null;
      return;
    }
    this.line = forEachLine(bytes, this.line, (buffer, start, lineEnd, line) => this.take(buffer, start, lineEnd, line));
    this.addRows();
  }

  finish(): void {
    for (const record of this.assembler.finish()) this.takeRecord(record);
    this.addRows();
    if (this.places === null) placesOf(this.file, { line: 1, fields: [] }, this.layout);
    if (!this.isComplete) this.refuseCutOff();
    if (this.collector.accepted === 0) throw this.nothingUsable();
  }

  private take(buffer: Buffer, start: number, end: number, line: number): void {
    if (this.isPlainLayout && !this.assembler.isOpen && this.plain.add(buffer, start) >= 0) {
      this.lastOdd = null;
      return;
    }
    for (const record of this.assembler.push(decodeText(buffer, start, end), line)) this.takeRecord(record);
  }

  private addRows(): void {
    if (this.plain.rows.rows > 0) this.collector.addBlock(this.plain.rows.take());
  }

  private takeRecord(record: CsvRecord): void {
    if (this.places === null) {
      this.places = placesOf(this.file, record, this.layout);
      this.isPlainLayout = this.places.width === 4 && this.places.columns.every((column, index) => column === index);
      return;
    }
    this.lastOdd = record;
    const reason = 'fields' in record ? this.addFields(record.fields, this.places) : record.problem;
    if (reason !== null) this.collector.reject(this.file.name, record.line, reason);
  }

  /** @returns why the row cannot be used, or null */
  private addFields(fields: string[], { columns, width }: Places): string | null {
    if (fields.length !== width) return `expected ${width} columns, got ${fields.length}`;
    const [userText, movieText, ratingText, timestampText] = columns.map((column) => fields[column]!) as [string, string, string, string];
    const user = readWholeNumber('userId', userText);
    if (typeof user === 'string') return user;
    const movie = readWholeNumber('movieId', movieText);
    if (typeof movie === 'string') return movie;
    const rating = readRating(ratingText);
    if (typeof rating === 'string') return rating;
    const timestamp = readTimestamp(timestampText);
    if (typeof timestamp === 'string') return timestamp;
    const itemId = this.movies.itemIds.get(movie);
    if (itemId === undefined) return `movieId ${movie} is not in ${this.movies.name}`;
    this.plain.rows.push(user, itemId, timestamp * 1000, rating);
    return null;
  }

  /** A last row that is too short and has no line break was not written to its end, and neither was what followed it. */
  private refuseCutOff(): void {
    if (this.lastOdd === null) return;
    if ('problem' in this.lastOdd) throw cutOff(this.file, this.lastOdd.line, this.lastOdd.problem);
    const { fields, line } = this.lastOdd;
    if (fields.length < this.places!.width) throw cutOff(this.file, line, fields.join(this.layout.delimiter));
  }

  private nothingUsable(): Error {
    const { rejected, rejections } = this.collector;
    const [first] = rejections;
    const got = first ? `none of ${rejected}; line ${first.line}: ${first.reason}` : 'none';
    return importError(
      this.file,
      `expected at least one usable row, got ${got}; check that ${this.file.name} and ${this.movies.name} belong together`,
    );
  }
}

/** Larger movieIds than this are looked up in the map alone. */
const MAX_DENSE_ID = 1 << 22;

/** ItemId by movieId, -1 where there is none: an array is read faster than a map, tens of millions of times. */
function denseIds(itemIds: ReadonlyMap<number, number>): Int32Array {
  let largest = 0;
  for (const movieId of itemIds.keys()) if (movieId > largest && movieId <= MAX_DENSE_ID) largest = movieId;
  const dense = new Int32Array(largest + 1).fill(-1);
  for (const [movieId, itemId] of itemIds) if (movieId <= largest) dense[movieId] = itemId;
  return dense;
}
