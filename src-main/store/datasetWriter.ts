import { createHash } from 'node:crypto';
import type { DatasetFormat, Feature, Rejection } from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import { toBlob } from './blobs.ts';
import { type Database, isSqliteError, transact } from './database.ts';
import { type CountedNames, STATISTICS_VERSION, statisticsOf } from './datasetStatistics.ts';
import { type CountedEvents, EventCounts } from './eventCounts.ts';
import { DIGEST_BYTES, UserDigests } from './fingerprint.ts';
import { PackedStore } from './packedStore.ts';
import type { PackedTimelines, PackerOptions } from './timelinePacker.ts';
import { TimelinePageWriter } from './timelinePages.ts';
import { insertUserBlocks } from './userBlocks.ts';

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

/**
 * Writes one dataset. Timelines are kept packed first, and written in one transaction at the end, in the order of UserId: other processes
 * wait for the write lock only that long, and nothing of the dataset is there before. `close` the writer whatever happens.
 */
export class DatasetWriter {
  private readonly database: Database;
  private readonly target: DatasetTarget;
  private readonly catalogue: Catalogue;
  private readonly digests = new UserDigests();
  private readonly names: CountedNames;
  private readonly counts: EventCounts;
  /** In the order of the packed columns that follow items and times. */
  private readonly features: readonly string[];
  private readonly texts: readonly string[];
  private readonly packed: PackedStore;
  private events = 0;

  /** @param packedFile a file that does not exist yet, for what memory does not hold; null: it holds everything */
  constructor(database: Database, target: DatasetTarget, catalogue: Catalogue, packedFile: string | null = null) {
    this.database = database;
    this.target = target;
    this.catalogue = catalogue;
    const { items } = catalogue;
    const options = packerOptions(catalogue);
    this.features = options.features.toSorted();
    this.texts = options.texts.toSorted();
    this.names = { titles: items.map((item) => item.title), genres: items.map(mainGenre), ratings: ratingsOf(catalogue) };
    this.counts = new EventCounts(options.items, options.ratings);
    this.packed = new PackedStore(packedFile);
  }

  /** The users of several calls are different ones. */
  add(packed: PackedTimelines): void {
    this.packed.add(packed);
    packed.userIds.forEach((userId, user) => {
      this.digests.set(userId, packed.digests.subarray(user * DIGEST_BYTES, (user + 1) * DIGEST_BYTES));
      this.events += packed.events[user]!;
    });
  }

  /** Takes in the counts of timelines that were added. */
  count(counted: CountedEvents): void {
    this.counts.merge(counted);
  }

  /**
   * Makes the dataset visible to everyone.
   * @throws AppError `dataset-exists`, `disk-full`, `workspace-locked`
   */
  finish(facts: DatasetFacts): void {
    const fingerprint = this.fingerprint();
    const report = JSON.stringify({ ...statisticsOf(this.counts.counted(), this.names), version: STATISTICS_VERSION });
    try {
      transact(this.database, () => this.insertAll(facts, fingerprint, report));
    } catch (error) {
      throw isSqliteError(error, 'SQLITE_CONSTRAINT_UNIQUE') ? datasetExists(this.target.name) : error;
    }
  }

  /** Unless `finish` succeeded, the dataset never was. */
  close(): void {
    this.packed.close();
  }

  private insertAll(facts: DatasetFacts, fingerprint: string, report: string): void {
    const { name, format, sourcePath } = this.target;
    const { rejected, rejections } = facts;
    const counts = [this.packed.users, this.catalogue.items.length, this.events, rejected];
    const textFeatures = JSON.stringify(this.catalogue.textFeatures ?? []);
    const { lastInsertRowid: id } = this.database
      .prepare(`INSERT INTO datasets VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'packed', ?)`)
      .run(name, format, ...counts, fingerprint, sourcePath, Date.now(), 0, 0, report, textFeatures);
    this.insertCatalogue(id);
    this.insertRejections(id, rejections);
    this.insertTimelines(id);
    const { seconds, peakMemoryBytes } = facts.cost();
    this.database.prepare('UPDATE datasets SET seconds = ?, peakMemoryBytes = ? WHERE id = ?').run(seconds, peakMemoryBytes, id);
  }

  /** Of catalogue and timelines, whatever file they came from. */
  private fingerprint(): string {
    const { items, features, textFeatures = [] } = this.catalogue;
    const content = [items, features.map(({ name, kind, vocabulary }) => [name, kind, vocabulary]), textFeatures];
    const hash = createHash('sha256').update(JSON.stringify(content));
    return hash.update(this.digests.all(this.packed.users)).digest('hex');
  }

  private insertTimelines(id: number | bigint): void {
    const insertTexts = this.database.prepare('INSERT INTO timelineTexts VALUES (?, ?, ?, ?)');
    const columns = 2 + this.features.length;
    const pages = new TimelinePageWriter(this.database, id, columns);
    for (const { userId, bytes, lengths } of this.packed.inOrder()) {
      pages.add(bytes, lengths);
      let end = bytes.length;
      for (let text = this.texts.length - 1; text >= 0; text--) {
        const start = end - lengths[columns + text]!;
        insertTexts.run(id, userId, this.texts[text], bytes.subarray(start, end));
        end = start;
      }
    }
    pages.end();
    insertUserBlocks(this.database, id, this.packed.userColumns());
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

function ratingsOf({ features }: Catalogue): readonly string[] {
  return features.find((feature) => feature.name === 'rating')?.vocabulary ?? [];
}

/** What a `TimelinePacker` has to know of the timelines that belong to a catalogue. */
export function packerOptions(catalogue: Catalogue): PackerOptions {
  const { items, features, textFeatures: texts = [] } = catalogue;
  const names = features.filter(({ kind }) => kind === 'event').map(({ name }) => name);
  return { items: items.length, ratings: ratingsOf(catalogue).length, features: names, texts };
}

export function datasetExists(name: string): AppError {
  return new AppError('dataset-exists', `import: there is already a dataset named "${name}"; choose another name or delete that one`);
}
