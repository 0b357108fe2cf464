import type { DatasetSummary } from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import { toFloat64, toInt32 } from './blobs.ts';
import type { Database } from './database.ts';
import { UNKNOWN_GENRE } from './datasetWriter.ts';
import { decodeIds, decodeTexts, decodeTimes } from './timelineCodec.ts';
import { TimelinePages } from './timelinePages.ts';
import { UserBlocks } from './userBlocks.ts';

/** One user's events in time order. */
export interface Timeline {
  /** ItemIds. */
  itemIds: Int32Array;
  timestampsMs: Float64Array;
  /** Vocabulary ids by the name of each feature of kind `event`. */
  eventFeatures: Record<string, Int32Array>;
}

/** A dataset opened for reading: catalogue and vocabularies in memory, timelines on demand. */
export interface DatasetReader {
  readonly summary: DatasetSummary;
  /** Every UserId, ascending. In a view of a dataset they have gaps. Do not change it. */
  readonly userIds: Int32Array;
  /** By ItemId, as shown: "Heat (1995)". */
  readonly titles: readonly string[];
  /** By ItemId: the first listed genre, or "Unknown". */
  readonly genres: readonly string[];
  /** Index = vocabulary id; [0] = `[PAD]`, [1] = `[OOV]`. For `title`, id = ItemId + 2: one value per item of the catalogue. */
  vocabulary(feature: string): readonly string[];
  /** Vocabulary id by ItemId, for features of kind `item`. Do not change it. */
  itemFeature(feature: string): Int32Array;
  /** Reads a page of the database, unless it is the one read last; the arrays belong to the caller. */
  timeline(userId: number): Timeline;
  /** Number of events by UserId, without reading a timeline; 0 for users that a view leaves out. The array belongs to the caller. */
  eventCounts(): Int32Array;
  /** The ids that the source has, by UserId and by ItemId; read anew at every call. */
  sourceIds(): { users: readonly string[]; items: readonly string[] };
  /** What the user wrote, a text for each event of the timeline ("" where there is none). @param feature one of `summary.textFeatures` */
  texts(userId: number, feature: string): readonly string[];
}

export class StoredDatasetReader implements DatasetReader {
  readonly summary: DatasetSummary;
  readonly userIds: Int32Array;
  readonly titles: readonly string[];
  readonly genres: readonly string[];
  private readonly database: Database;
  private readonly datasetId: number;
  private readonly vocabularies = new Map<string, readonly string[]>();
  private readonly itemFeatures = new Map<string, Int32Array>();
  private readonly eventFeatures: string[] = [];
  private readonly pages: TimelinePages;
  private readonly users: UserBlocks;
  /** Of timelines that are in no page. */
  private readonly isPacked: boolean;
  private readonly selectTimeline;
  private readonly selectFeature;
  private readonly selectTexts;

  constructor(database: Database, datasetId: number, summary: DatasetSummary) {
    this.database = database;
    this.datasetId = datasetId;
    this.summary = summary;
    this.userIds = Int32Array.from({ length: summary.users }, (_, userId) => userId);
    const items = this.readItems();
    this.titles = items.map((item) => item.title);
    this.genres = items.map((item) => (JSON.parse(item.genres) as string[])[0] ?? UNKNOWN_GENRE);
    this.readFeatures();
    this.pages = new TimelinePages(database, datasetId, 2 + this.eventFeatures.length);
    this.users = new UserBlocks(database, datasetId);
    this.isPacked = database.prepare('SELECT encoding FROM datasets WHERE id = ?').pluck().get(datasetId) === 'packed';
    this.selectTimeline = database.prepare<[number, number], { events: number; itemIds: Buffer; timestampsMs: Buffer }>(
      'SELECT events, itemIds, timestampsMs FROM timelines WHERE datasetId = ? AND userId = ?',
    );
    this.selectFeature = database
      .prepare<[number, number, string], Buffer>('SELECT valueIds FROM timelineFeatures WHERE datasetId = ? AND userId = ? AND feature = ?')
      .pluck();
    this.selectTexts = database
      .prepare<[number, number, string], Buffer>('SELECT texts FROM timelineTexts WHERE datasetId = ? AND userId = ? AND feature = ?')
      .pluck();
  }

  vocabulary(feature: string): readonly string[] {
    return this.vocabularies.get(feature) ?? this.refuse(feature, [...this.vocabularies.keys()]);
  }

  itemFeature(feature: string): Int32Array {
    return this.itemFeatures.get(feature) ?? this.refuse(feature, [...this.itemFeatures.keys()]);
  }

  timeline(userId: number): Timeline {
    const columns = this.pages.of(userId);
    return columns ? this.unpack(columns) : this.olderTimeline(userId);
  }

  /** @param columns items, times, then features in the order of their names */
  private unpack([itemIds, times, ...features]: Buffer[]): Timeline {
    const decoded = decodeIds(itemIds!);
    const sorted = this.eventFeatures.toSorted();
    const eventFeatures: Record<string, Int32Array> = {};
    for (const name of this.eventFeatures) eventFeatures[name] = decodeIds(features[sorted.indexOf(name)]!);
    return { itemIds: decoded, timestampsMs: decodeTimes(times!, decoded.length), eventFeatures };
  }

  /** As it was written before timelines were put together in pages. */
  private olderTimeline(userId: number): Timeline {
    const row = this.selectTimeline.get(this.datasetId, userId);
    if (!row) throw noSuchUser(this.summary, userId);
    const eventFeatures: Record<string, Int32Array> = {};
    const toIds = this.isPacked ? decodeIds : toInt32;
    for (const name of this.eventFeatures) eventFeatures[name] = toIds(this.selectFeature.get(this.datasetId, userId, name)!);
    const timestampsMs = this.isPacked ? decodeTimes(row.timestampsMs, row.events) : toFloat64(row.timestampsMs);
    return { itemIds: toIds(row.itemIds), timestampsMs, eventFeatures };
  }

  texts(userId: number, feature: string): readonly string[] {
    const { textFeatures } = this.summary;
    if (!textFeatures.includes(feature)) this.refuse(feature, textFeatures);
    const blob = this.selectTexts.get(this.datasetId, userId, feature);
    if (!blob) throw noSuchUser(this.summary, userId);
    return decodeTexts(blob);
  }

  eventCounts(): Int32Array {
    return Int32Array.from(this.users.readAll('events'));
  }

  sourceIds(): { users: readonly string[]; items: readonly string[] } {
    const items = this.database.prepare<[number], string>('SELECT externalId FROM items WHERE datasetId = ? ORDER BY itemId').pluck();
    return { users: this.users.readAll('externalId'), items: items.all(this.datasetId) };
  }

  private readItems(): { title: string; genres: string }[] {
    return this.database
      .prepare<[number], { title: string; genres: string }>('SELECT title, genres FROM items WHERE datasetId = ? ORDER BY itemId')
      .all(this.datasetId);
  }

  private readFeatures(): void {
    const rows = this.database
      .prepare<[number], { name: string; kind: string; vocabulary: string; itemValues: Buffer | null }>(
        'SELECT name, kind, vocabulary, itemValues FROM features WHERE datasetId = ? ORDER BY position',
      )
      .all(this.datasetId);
    for (const { name, kind, vocabulary, itemValues } of rows) {
      this.vocabularies.set(name, JSON.parse(vocabulary) as string[]);
      if (itemValues) this.itemFeatures.set(name, toInt32(itemValues));
      if (kind === 'event') this.eventFeatures.push(name);
    }
  }

  private refuse(feature: string, known: readonly string[]): never {
    throw new AppError(
      'input-invalid',
      `dataset "${this.summary.name}": expected one of the features ${known.join(', ')}, got "${feature}"`,
    );
  }
}

export function noSuchUser(summary: DatasetSummary, userId: number): AppError {
  return new AppError('input-invalid', `dataset "${summary.name}": expected a user from 0 to ${summary.users - 1}, got ${userId}`);
}
