import { statSync } from 'node:fs';
import type { Rejection } from '../../../src-shared/dataset.ts';
import { type CsvRecord, RecordAssembler, readLines } from '../csv.ts';
import type { ProgressReporter } from '../importProgress.ts';
import {
  checkLooksLikeCsv,
  cutOff,
  importError,
  type Layout,
  layoutOf,
  MOVIES_FILE,
  RATINGS_COLUMNS,
  RATINGS_FILE,
} from './movielensFiles.ts';
import { isRating, MAX_ID, MAX_TIMESTAMP, readRating, readTimestamp, readWholeNumber } from './movielensNumbers.ts';
import { PlainRow } from './plainRow.ts';

/** As many rejected rows as are kept one by one; the others are counted. */
const MAX_REJECTIONS = 100_000;

/** Takes one event: user and timestamp as in the file, ItemId, and the index of its rating in `RatingsSummary.ratings`. */
export type EventListener = (user: number, timestamp: number, itemId: number, ratingIndex: number) => void;

export interface RatingsSummary {
  accepted: number;
  rejected: number;
  rejections: Rejection[];
  /** The ratings that occur, in the order of first occurrence. */
  ratings: number[];
}

/** @throws AppError `import-failed` when the file as a whole is of no use; single bad rows become rejections */
export async function readRatings(
  file: string,
  itemIds: ReadonlyMap<number, number>,
  listener: EventListener,
  progress: ProgressReporter,
  signal: AbortSignal,
): Promise<RatingsSummary> {
  await checkLooksLikeCsv(file, RATINGS_COLUMNS);
  const reader = new RatingsReader(file, itemIds, listener);
  const size = statSync(file).size;
  const complete = await readLines(
    file,
    (buffer, start, end, line) => reader.take(buffer, start, end, line),
    (bytesRead) => {
      signal.throwIfAborted();
      progress.report('reading', reader.rows, Math.round((reader.rows * size) / bytesRead));
    },
  );
  return reader.finish(complete);
}

/**
 * Rows of four plain numbers are read from the bytes; every other row is taken apart as CSV and either understood or
 * rejected with a reason.
 */
class RatingsReader {
  private readonly file: string;
  private readonly itemIds: ReadonlyMap<number, number>;
  private readonly listener: EventListener;
  private readonly assembler = new RecordAssembler();
  private readonly plain = new PlainRow();
  private readonly ratingIndices = new Map<number, number>();
  private readonly summary: RatingsSummary = { accepted: 0, rejected: 0, rejections: [], ratings: [] };
  private layout: Layout | null = null;
  private isPlainLayout = false;
  private lastOdd: CsvRecord | null = null;

  constructor(file: string, itemIds: ReadonlyMap<number, number>, listener: EventListener) {
    this.file = file;
    this.itemIds = itemIds;
    this.listener = listener;
  }

  get rows(): number {
    return this.summary.accepted + this.summary.rejected;
  }

  take(buffer: Buffer, start: number, end: number, line: number): void {
    if (this.isPlainLayout && !this.assembler.isOpen && this.takePlain(buffer, start, end)) return;
    for (const record of this.assembler.push(buffer.toString('utf8', start, end), line)) this.takeRecord(record);
  }

  finish(complete: boolean): RatingsSummary {
    for (const record of this.assembler.finish()) this.takeRecord(record);
    if (this.layout === null) layoutOf(this.file, { line: 1, fields: [] }, RATINGS_COLUMNS);
    if (!complete) this.refuseCutOff();
    if (this.summary.accepted === 0) throw this.nothingUsable();
    return this.summary;
  }

  private takePlain(buffer: Buffer, start: number, end: number): boolean {
    const row = this.plain;
    if (!row.read(buffer, start, end) || !isRating(row.rating) || row.timestamp > MAX_TIMESTAMP || row.user > MAX_ID) return false;
    const itemId = this.itemIds.get(row.movie);
    if (itemId === undefined) return false;
    this.accept(row.user, row.timestamp, itemId, row.rating);
    this.lastOdd = null;
    return true;
  }

  private takeRecord(record: CsvRecord): void {
    if (this.layout === null) {
      this.layout = layoutOf(this.file, record, RATINGS_COLUMNS);
      this.isPlainLayout = this.layout.width === 4 && this.layout.columns.every((column, index) => column === index);
      return;
    }
    this.lastOdd = record;
    const reason = 'fields' in record ? this.addFields(record.fields, this.layout) : record.problem;
    if (reason === null) return;
    this.summary.rejected += 1;
    if (this.summary.rejections.length < MAX_REJECTIONS) this.summary.rejections.push({ file: RATINGS_FILE, line: record.line, reason });
  }

  /** @returns why the row cannot be used, or null */
  private addFields(fields: string[], { columns, width }: Layout): string | null {
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
    const itemId = this.itemIds.get(movie);
    if (itemId === undefined) return `movieId ${movie} is not in ${MOVIES_FILE}`;
    this.accept(user, timestamp, itemId, rating);
    return null;
  }

  private accept(user: number, timestamp: number, itemId: number, rating: number): void {
    let index = this.ratingIndices.get(rating);
    if (index === undefined) {
      index = this.summary.ratings.push(rating) - 1;
      this.ratingIndices.set(rating, index);
    }
    this.summary.accepted += 1;
    this.listener(user, timestamp, itemId, index);
  }

  /** A last row that is too short and has no line break was not written to its end, and neither was what followed it. */
  private refuseCutOff(): void {
    if (this.lastOdd === null) return;
    if ('problem' in this.lastOdd) throw cutOff(this.file, this.lastOdd.line, this.lastOdd.problem);
    if (this.lastOdd.fields.length < this.layout!.width) throw cutOff(this.file, this.lastOdd.line, this.lastOdd.fields.join(','));
  }

  private nothingUsable(): Error {
    const { rejected, rejections } = this.summary;
    const [first] = rejections;
    const got = first ? `none of ${rejected}; line ${first.line}: ${first.reason}` : 'none';
    return importError(
      this.file,
      `expected at least one usable row, got ${got}; check that ${RATINGS_FILE} and ${MOVIES_FILE} belong together`,
    );
  }
}
