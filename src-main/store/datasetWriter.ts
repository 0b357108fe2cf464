import { createHash } from 'node:crypto';
import type { Statement } from 'better-sqlite3';
import type { DatasetFormat, Feature, Rejection } from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import { toBlob } from './blobs.ts';
import { type Database, isSqliteError, transact, translatingErrors } from './database.ts';
import { STATISTICS_VERSION, StatisticsCounter } from './datasetStatistics.ts';
import { UserDigests } from './fingerprint.ts';
import { encodeIds, encodeTexts, encodeTimes } from './timelineCodec.ts';

/** One item of the catalogue; its place in the list is its ItemId. */
export interface CatalogueItem {
  externalId: string;
  title: string;
  /** As listed; empty where the source lists none. */
  genres: readonly string[];
}

/** A feature with its values. `vocabulary[id]` is the value; [0] is `[PAD]`, [1] is `[OOV]`. */
export interface FeatureVocabulary {
  name: string;
  kind: Feature['kind'];
  vocabulary: readonly string[];
  /** kind `item`: vocabulary id by ItemId. */
  itemValues?: Int32Array;
}

export interface Catalogue {
  items: readonly CatalogueItem[];
  features: readonly FeatureVocabulary[];
  /** Names of what people wrote with an event: kept as text, event by event. */
  textFeatures?: readonly string[];
}

/** One user's events in time order. */
export interface NewTimeline {
  /** Each from 0 to the number of users - 1 once, in any order; where it is left out, the order of adding counts. */
  userId?: number;
  externalId: string;
  itemIds: Int32Array;
  timestampsMs: Float64Array;
  /** Vocabulary ids by the name of each feature of kind `event`. */
  eventFeatures: Readonly<Record<string, Int32Array>>;
  /** By the name of each text feature: a text for each event, "" where there is none. */
  texts?: Readonly<Record<string, readonly string[]>>;
}

export interface DatasetTarget {
  name: string;
  format: DatasetFormat;
  sourcePath: string;
}

/** What an import took. */
export interface ImportCost {
  seconds: number;
  peakMemoryBytes: number;
}

export interface DatasetFacts {
  rejected: number;
  rejections: readonly Rejection[];
  /** Asked when everything else is written: writing costs as well. */
  cost(): ImportCost;
}

/** The genre that stands for an item: the first listed one. */
export const UNKNOWN_GENRE = 'Unknown';
export function mainGenre(item: CatalogueItem): string {
  return item.genres[0] ?? UNKNOWN_GENRE;
}

/** Users come in no order: without room for the tree, every one of them would be a page read and written. */
const STAGING_CACHE_KIB = 200_000;

const STAGING_TABLES = `
CREATE TABLE staging.timelines (
  userId INTEGER PRIMARY KEY, externalId TEXT, events INTEGER, firstEventAtMs INTEGER, lastEventAtMs INTEGER, itemIds BLOB, timestampsMs BLOB
) STRICT;
CREATE TABLE staging.timelineFeatures (userId INTEGER, feature TEXT, valueIds BLOB, PRIMARY KEY (userId, feature)) STRICT, WITHOUT ROWID;
CREATE TABLE staging.timelineTexts (userId INTEGER, feature TEXT, texts BLOB, PRIMARY KEY (userId, feature)) STRICT, WITHOUT ROWID;
`;

/**
 * Writes one dataset. Timelines are gathered in a staging database first, and copied in one transaction at the end, so that
 * other processes wait for the write lock only that long; nothing of the dataset is there before. The connection must not
 * be used for anything else meanwhile; `close` the writer whatever happens.
 */
export class DatasetWriter {
  private readonly database: Database;
  private readonly target: DatasetTarget;
  private readonly catalogue: Catalogue;
  private readonly digests = new UserDigests();
  private readonly counter: StatisticsCounter;
  private readonly insertTimeline: Statement<unknown[]>;
  private readonly insertFeature: Statement<unknown[]>;
  private readonly insertTexts: Statement<unknown[]>;
  private users = 0;
  private events = 0;

  /** @param stagingFile a file that does not exist yet; memory when left out */
  constructor(database: Database, target: DatasetTarget, catalogue: Catalogue, stagingFile = ':memory:') {
    this.database = database;
    this.target = target;
    this.catalogue = catalogue;
    const { items, features } = catalogue;
    const ratings = features.find((feature) => feature.name === 'rating')?.vocabulary ?? [];
    this.counter = new StatisticsCounter(
      items.map((item) => item.title),
      items.map(mainGenre),
      ratings,
    );
    translatingErrors(database.name, () => {
      database.prepare('ATTACH ? AS staging').run(stagingFile);
      database.exec(
        `PRAGMA staging.journal_mode = OFF; PRAGMA staging.synchronous = OFF; PRAGMA staging.cache_size = -${STAGING_CACHE_KIB}`,
      );
      database.exec(STAGING_TABLES);
    });
    this.insertTimeline = database.prepare('INSERT INTO staging.timelines VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.insertFeature = database.prepare('INSERT INTO staging.timelineFeatures VALUES (?, ?, ?)');
    this.insertTexts = database.prepare('INSERT INTO staging.timelineTexts VALUES (?, ?, ?)');
    // Touches the staging database only, which nobody else has open.
    database.exec('BEGIN');
  }

  /** @throws AppError `disk-full` */
  addTimeline(timeline: NewTimeline): void {
    const { externalId, itemIds, timestampsMs, eventFeatures, texts = {} } = timeline;
    const events = itemIds.length;
    const userId = timeline.userId ?? this.users;
    this.users += 1;
    this.events += events;
    const blobs: [string, Buffer][] = [
      ['itemIds', encodeIds(itemIds)],
      ['times', encodeTimes(timestampsMs)],
    ];
    const [first, last] = [timestampsMs[0]!, timestampsMs[events - 1]!];
    const features = byName(eventFeatures, encodeIds);
    const written = byName(texts, encodeTexts);
    translatingErrors(this.database.name, () => {
      this.insertTimeline.run(userId, externalId, events, first, last, blobs[0]![1], blobs[1]![1]);
      for (const [feature, blob] of features) this.insertFeature.run(userId, feature, blob);
      for (const [feature, blob] of written) this.insertTexts.run(userId, feature, blob);
    });
    this.counter.add(itemIds, timestampsMs, eventFeatures.rating);
    this.digests.set(
      userId,
      [externalId, events],
      [...blobs, ...features, ...byName(texts, (values) => Buffer.from(JSON.stringify(values)))],
    );
  }

  /**
   * Makes the dataset visible to everyone.
   * @throws AppError `dataset-exists`, `disk-full`, `workspace-locked`
   */
  finish(facts: DatasetFacts): void {
    translatingErrors(this.database.name, () => this.database.exec('COMMIT'));
    try {
      transact(this.database, () => this.insertAll(facts));
    } catch (error) {
      throw isSqliteError(error, 'SQLITE_CONSTRAINT_UNIQUE') ? datasetExists(this.target.name) : error;
    }
  }

  /** Unless `finish` succeeded, the dataset never was. */
  close(): void {
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.database.exec('DETACH staging');
  }

  private insertAll(facts: DatasetFacts): void {
    const { name, format, sourcePath } = this.target;
    const { rejected, rejections } = facts;
    const report = JSON.stringify({ ...this.counter.statistics(), version: STATISTICS_VERSION });
    const counts = [this.users, this.catalogue.items.length, this.events, rejected];
    const textFeatures = JSON.stringify(this.catalogue.textFeatures ?? []);
    const { lastInsertRowid: id } = this.database
      .prepare(`INSERT INTO datasets VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'packed', ?)`)
      .run(name, format, ...counts, this.fingerprint(), sourcePath, Date.now(), 0, 0, report, textFeatures);
    this.insertCatalogue(id);
    this.insertRejections(id, rejections);
    this.database.prepare('INSERT INTO main.timelines SELECT ?, * FROM staging.timelines').run(id);
    this.database.prepare('INSERT INTO main.timelineFeatures SELECT ?, * FROM staging.timelineFeatures').run(id);
    this.database.prepare('INSERT INTO main.timelineTexts SELECT ?, * FROM staging.timelineTexts').run(id);
    const { seconds, peakMemoryBytes } = facts.cost();
    this.database.prepare('UPDATE datasets SET seconds = ?, peakMemoryBytes = ? WHERE id = ?').run(seconds, peakMemoryBytes, id);
  }

  /** Of catalogue and timelines, whatever file they came from. */
  private fingerprint(): string {
    const { items, features, textFeatures = [] } = this.catalogue;
    const content = [items, features.map(({ name, kind, vocabulary }) => [name, kind, vocabulary]), textFeatures];
    const hash = createHash('sha256').update(JSON.stringify(content));
    return hash.update(this.digests.all(this.users)).digest('hex');
  }

  private insertCatalogue(id: number | bigint): void {
    const { items, features } = this.catalogue;
    const insertItem = this.database.prepare('INSERT INTO items VALUES (?, ?, ?, ?, ?)');
    for (const [itemId, item] of items.entries()) insertItem.run(id, itemId, item.externalId, item.title, JSON.stringify(item.genres));
    const insertFeature = this.database.prepare('INSERT INTO features VALUES (?, ?, ?, ?, ?, ?)');
    for (const [position, { name, kind, vocabulary, itemValues }] of features.entries()) {
      insertFeature.run(id, position, name, kind, JSON.stringify(vocabulary), itemValues ? toBlob(itemValues) : null);
    }
  }

  private insertRejections(id: number | bigint, rejections: readonly Rejection[]): void {
    const insert = this.database.prepare('INSERT INTO rejections VALUES (?, ?, ?, ?, ?)');
    for (const [position, { file, line, reason }] of rejections.entries()) insert.run(id, position, file, line, reason);
  }
}

/** Sorted by name, so that the order in which an importer names its features does not matter. */
function byName<T>(values: Readonly<Record<string, T>>, encode: (value: T) => Buffer): [string, Buffer][] {
  return Object.keys(values)
    .sort()
    .map((name) => [name, encode(values[name]!)]);
}

export function datasetExists(name: string): AppError {
  return new AppError('dataset-exists', `import: there is already a dataset named "${name}"; choose another name or delete that one`);
}
