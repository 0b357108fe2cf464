import type { DatasetFormat } from '../../../src-shared/dataset.ts';
import type { CatalogueItem } from '../../store/datasetStore.ts';
import { isRating, MAX_TIMESTAMP, shorten } from '../ingest/numbers.ts';
import type { JsonObject } from '../jsonLines.ts';

/** One review; texts by `ReviewLayout.texts`. */
export interface Review {
  user: string;
  item: string;
  timeMs: number;
  rating: number | null;
  texts: string[];
}

/** A data set of reviews in JSON lines, with a file about the items beside it. */
export interface ReviewLayout {
  format: DatasetFormat;
  /** What items are called: "products". */
  items: string;
  /** Names of the text features. */
  texts: readonly string[];
  /** Whether the keys of a first row are those of reviews. */
  isReview(keys: ReadonlySet<string>): boolean;
  isItem(keys: ReadonlySet<string>): boolean;
  /** Or why it cannot be used. */
  readReview(row: JsonObject): Review | string;
  readItem(row: JsonObject): CatalogueItem | string;
  /** May put categories right that only make sense together. */
  finishItems(items: CatalogueItem[]): CatalogueItem[];
}

/** An id as text. Numbers beyond 2^53 were rounded when they were read. */
export function readId(row: JsonObject, key: string): { id: string } | string {
  const value = row[key];
  if (typeof value === 'string' && value.trim() !== '') return { id: value.trim() };
  if (typeof value === 'number' && Number.isSafeInteger(value)) return { id: String(value) };
  if (typeof value === 'number') return `${key} is a number of too many digits to be exact; write it as a text`;
  return `${key} is missing`;
}

export function readTime(row: JsonObject, key: string, millisecondsPerUnit: number): number | string {
  const value = typeof row[key] === 'string' && row[key] !== '' ? Number(row[key]) : row[key];
  if (value === null || value === undefined) return `${key} is missing`;
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${key} ${shorten(JSON.stringify(row[key]) ?? '')} is not a number`;
  const timeMs = Math.round(value * millisecondsPerUnit);
  return timeMs >= 0 && timeMs <= MAX_TIMESTAMP * 1000 ? timeMs : `${key} ${value} is out of range`;
}

/** null where there is none. */
export function readStars(row: JsonObject, key: string): number | null | string {
  const value = typeof row[key] === 'string' && row[key] !== '' ? Number(row[key]) : row[key];
  if (value === null || value === undefined) return null;
  if (typeof value !== 'number' || Number.isNaN(value)) return `${key} ${shorten(JSON.stringify(row[key]) ?? '')} is not a number`;
  return isRating(value) ? value : `${key} ${value} is out of range (0.5 to 5)`;
}

export function textOf(row: JsonObject, key: string): string {
  const value = row[key];
  return typeof value === 'string' ? value : '';
}

/** Different values in order, without empty ones. */
export function distinct(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ''))];
}
