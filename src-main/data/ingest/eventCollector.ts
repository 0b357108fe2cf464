import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Rejection } from '../../../src-shared/dataset.ts';
import type { CatalogueItem, FeatureVocabulary } from '../../store/datasetStore.ts';
import type { OpenedSource } from '../importers/importer.ts';
import { EventSpool } from './eventSpool.ts';
import { IdTable, ranksOf } from './idTable.ts';
import { ratingText } from './numbers.ts';
import type { Packing } from './packTimelines.ts';
import type { RowBlock } from './rowBlock.ts';
import { ValueTable } from './valueTable.ts';
import { itemFeatures } from './vocabulary.ts';

/** As many rejected rows as are kept one by one; the others are counted. */
const MAX_REJECTIONS = 100_000;

/** Shared, because a new one for each of millions of events is not free. */
const NONE: readonly string[] = [];

/** What events have besides user, item and time. */
export interface EventColumns {
  rating: boolean;
  /** Names of further categorical features of events. */
  categories: readonly string[];
  /** Names of texts that are kept as text. */
  texts: readonly string[];
}

/** Every row of a source ends here, once: as an event or as a rejection. */
export class EventCollector {
  readonly rejections: Rejection[] = [];
  accepted = 0;
  rejected = 0;
  private readonly columns: EventColumns;
  private readonly users = new IdTable();
  /** Users of blocks: their ids are their numbers. */
  private readonly numbers = new Set<number>();
  private readonly spool: EventSpool;
  private readonly ratings = new ValueTable<number>();
  private readonly categories: ValueTable<string>[];
  private readonly isMissing: boolean[];
  private readonly values: Int32Array;

  constructor(temporaryPath: string, columns: EventColumns) {
    this.columns = columns;
    this.categories = columns.categories.map(() => new ValueTable<string>());
    this.values = new Int32Array(this.categories.length + (columns.rating ? 1 : 0));
    this.isMissing = new Array<boolean>(this.values.length).fill(false);
    const folder = join(temporaryPath, 'events');
    mkdirSync(folder);
    this.spool = new EventSpool(folder, this.values.length, columns.texts.length);
  }

  get rows(): number {
    return this.accepted + this.rejected;
  }

  get distinctRatings(): number {
    return this.ratings.size;
  }

  /**
   * @param user its id in the source
   * @param item a whole number that `finish` knows
   * @param categories by `EventColumns.categories`; "" for none
   * @param texts by `EventColumns.texts`
   */
  add(
    user: string,
    item: number,
    timeMs: number,
    rating: number | null,
    categories: readonly string[] = NONE,
    texts: readonly string[] = NONE,
  ): void {
    this.accepted += 1;
    for (let index = 0; index < categories.length; index++)
      this.setValue(index, this.categories[index]!.indexOf(categories[index] || null));
    if (this.columns.rating) this.setValue(categories.length, this.ratings.indexOf(rating));
    this.spool.add(this.users.indexOf(user), item, timeMs, this.values, texts);
  }

  /** Many events with a rating at once, of users whose ids are numbers. A source is added this way alone, or by `add` alone. */
  addBlock(block: RowBlock): void {
    this.accepted += block.rows;
    for (const user of block.users) this.numbers.add(user);
    this.spool.addBlock(
      block,
      Int32Array.from(block.ratings, (rating) => this.ratings.indexOf(rating)),
    );
  }

  reject(file: string, line: number, reason: string): void {
    this.rejected += 1;
    if (this.rejections.length < MAX_REJECTIONS) this.rejections.push({ file, line, reason });
  }

  /**
   * @param items the catalogue in the order of ItemId
   * @param itemIds ItemId by the number that `add` was given; left out where they are the same
   * @param before rejections of other files, reported before those of the events
   */
  finish(items: readonly CatalogueItem[], itemIds: Uint32Array | null = null, before: readonly Rejection[] = []): OpenedSource {
    const columns = this.vocabularies();
    const { texts: textFeatures } = this.columns;
    return {
      catalogue: { items, features: [...itemFeatures(items), ...columns.map(({ feature }) => feature)], textFeatures },
      events: this.accepted,
      rejected: this.rejected,
      rejections: [...before, ...this.rejections],
      parts: () => this.spool.parts(),
      packing: {
        users: this.packedUsers(),
        itemIds,
        features: columns.map(({ feature, ids }) => ({ name: feature.name, ids })),
        textFeatures,
      },
      close: () => this.close(),
    };
  }

  private packedUsers(): Packing['users'] {
    if (this.numbers.size > 0) return { numbers: Uint32Array.from(this.numbers).sort() };
    const texts = this.users.texts();
    return { texts, userIds: ranksOf(texts) };
  }

  close(): void {
    this.spool.close();
  }

  private setValue(column: number, index: number): void {
    this.values[column] = index;
    if (index < 0) this.isMissing[column] = true;
  }

  /** In the order of the spool's columns. */
  private vocabularies(): { feature: FeatureVocabulary; ids: Int32Array }[] {
    const found = this.categories.map((table, column) => {
      const { vocabulary, ids } = table.finish(String, compareTexts, this.isMissing[column]!);
      return { feature: { name: this.columns.categories[column]!, kind: 'event' as const, vocabulary }, ids };
    });
    if (!this.columns.rating) return found;
    const { vocabulary, ids } = this.ratings.finish(ratingText, (a, b) => a - b, this.isMissing[found.length]!);
    return [...found, { feature: { name: 'rating', kind: 'event', vocabulary }, ids }];
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
