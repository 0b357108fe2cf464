import type { DatasetStatistics } from '../../src-shared/dataset.ts';
import type { DatasetReader } from './datasetReader.ts';
import { histogramOfCounts, quantile, TimeCounter } from './histograms.ts';

export type { DatasetStatistics } from '../../src-shared/dataset.ts';

/** Counted up whenever statistics gain something; older ones that a workspace holds are counted anew. */
export const STATISTICS_VERSION = 2;

const HISTORY_LENGTHS = [50, 100, 200];
const POPULAR_ITEMS = 20;
/** The paper does not say below how many events it left users out; its counts fit 52 or 53. */
const MIN_EVENTS = [50, 51, 52, 53, 54];
const PAPER_HISTORY_LENGTH = 50;

/** Counts while timelines pass by, so that no event has to be read twice. */
export class StatisticsCounter {
  private readonly titles: readonly string[];
  private readonly genres: readonly string[];
  private readonly ratings: readonly string[];
  private readonly eventsPerUser: number[] = [];
  private readonly itemEvents: Int32Array;
  /** By ItemId: events of the busiest user among those who met it. */
  private readonly busiestUser: Int32Array;
  private readonly ratingEvents: Int32Array;
  /** By ItemId: number (from 1) of the user who met it last, and when. */
  private readonly metBy: Int32Array;
  private readonly metAtMs: Float64Array;
  private readonly duplicates = { sameItem: 0, sameItemAndTime: 0 };
  private readonly times = new TimeCounter();
  private firstEventAtMs = Number.POSITIVE_INFINITY;
  private lastEventAtMs = Number.NEGATIVE_INFINITY;

  /** @param ratings the vocabulary of the rating; empty where events have none */
  constructor(titles: readonly string[], genres: readonly string[], ratings: readonly string[]) {
    this.titles = titles;
    this.genres = genres;
    this.ratings = ratings;
    this.itemEvents = new Int32Array(titles.length);
    this.busiestUser = new Int32Array(titles.length);
    this.metBy = new Int32Array(titles.length);
    this.metAtMs = new Float64Array(titles.length);
    this.ratingEvents = new Int32Array(ratings.length);
  }

  /** One user's events, in time order; at least one. */
  add(itemIds: Int32Array, timestampsMs: Float64Array, ratingIds: Int32Array | undefined): void {
    this.eventsPerUser.push(itemIds.length);
    this.countItems(itemIds, timestampsMs);
    for (const rating of ratingIds ?? []) this.ratingEvents[rating]! += 1;
    this.times.add(timestampsMs);
    this.firstEventAtMs = Math.min(this.firstEventAtMs, timestampsMs[0]!);
    this.lastEventAtMs = Math.max(this.lastEventAtMs, timestampsMs[timestampsMs.length - 1]!);
  }

  statistics(): DatasetStatistics {
    const sorted = Int32Array.from(this.eventsPerUser).sort();
    return {
      eventsPerUser: histogramOfCounts(sorted),
      eventsPerUserQuantiles: {
        min: quantile(sorted, 0),
        p25: quantile(sorted, 0.25),
        median: quantile(sorted, 0.5),
        p75: quantile(sorted, 0.75),
        p95: quantile(sorted, 0.95),
        max: quantile(sorted, 1),
      },
      eventsPerItem: histogramOfCounts(this.itemEvents.slice().sort()),
      itemsWithEvents: this.itemEvents.reduce((count, events) => count + (events > 0 ? 1 : 0), 0),
      ratings: this.ratings.map((value, id) => ({ value, count: this.ratingEvents[id]! })).filter((share) => share.count > 0),
      genres: this.countGenres(),
      popularItems: this.popularItems(),
      duplicates: this.duplicates,
      firstEventAtMs: this.firstEventAtMs,
      lastEventAtMs: this.lastEventAtMs,
      eventTimes: this.times.histogram(),
      trainingExamples: HISTORY_LENGTHS.map((historyLength) => ({ historyLength, ...countExamples(sorted, historyLength) })),
      minEvents: MIN_EVENTS.map((minEvents) => this.countFrom(minEvents, sorted)),
    };
  }

  private countItems(itemIds: Int32Array, timestampsMs: Float64Array): void {
    const user = this.eventsPerUser.length;
    const { itemEvents, busiestUser, metBy, metAtMs, duplicates } = this;
    const events = itemIds.length;
    for (let index = 0; index < events; index++) {
      const item = itemIds[index]!;
      const timestampMs = timestampsMs[index]!;
      itemEvents[item]! += 1;
      if (busiestUser[item]! < events) busiestUser[item] = events;
      if (metBy[item] === user) {
        duplicates.sameItem += 1;
        if (metAtMs[item] === timestampMs) duplicates.sameItemAndTime += 1;
      }
      metBy[item] = user;
      metAtMs[item] = timestampMs;
    }
  }

  /** What users of at least `minEvents` events make, counted as the paper's Table 1 does. */
  private countFrom(minEvents: number, sorted: Int32Array): DatasetStatistics['minEvents'][number] {
    const kept = sorted.filter((events) => events >= minEvents);
    const items = this.busiestUser.reduce((count, events) => count + (events >= minEvents ? 1 : 0), 0);
    return { minEvents, users: kept.length, itemsWithEvents: items, examples: countExamples(kept, PAPER_HISTORY_LENGTH).examples };
  }

  private countGenres(): DatasetStatistics['genres'] {
    const counts = new Map<string, number>();
    this.genres.forEach((genre, item) => {
      counts.set(genre, (counts.get(genre) ?? 0) + this.itemEvents[item]!);
    });
    return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
  }

  private popularItems(): DatasetStatistics['popularItems'] {
    const items = [...this.itemEvents.keys()].sort((a, b) => this.itemEvents[b]! - this.itemEvents[a]! || a - b);
    return items.slice(0, POPULAR_ITEMS).map((item) => ({ value: this.titles[item]!, count: this.itemEvents[item]! }));
  }
}

/** A counter for the timelines of a reader. */
export function createCounter(reader: DatasetReader): StatisticsCounter {
  const hasRatings = reader.summary.features.some((feature) => feature.name === 'rating');
  return new StatisticsCounter(reader.titles, reader.genres, hasRatings ? reader.vocabulary('rating') : []);
}

export function countStatistics(reader: DatasetReader): DatasetStatistics {
  const counter = createCounter(reader);
  for (const userId of reader.userIds) addTimeline(counter, reader, userId);
  return counter.statistics();
}

export function addTimeline(counter: StatisticsCounter, reader: DatasetReader, userId: number): void {
  const { itemIds, timestampsMs, eventFeatures } = reader.timeline(userId);
  counter.add(itemIds, timestampsMs, eventFeatures.rating);
}

/**
 * Examples whose window of `historyLength` events before the label is full. The last two events of a user are the labels of
 * test and validation, so a user of n events has max(0, n - 2 - historyLength) of them.
 */
function countExamples(eventsPerUser: Int32Array, historyLength: number): { examples: number; users: number } {
  let examples = 0;
  let users = 0;
  for (const events of eventsPerUser) {
    if (events <= historyLength + 2) continue;
    examples += events - 2 - historyLength;
    users += 1;
  }
  return { examples, users };
}
