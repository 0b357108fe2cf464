import type { DatasetStatistics } from '../../src-shared/dataset.ts';
import type { DatasetReader } from './datasetReader.ts';
import { type CountedEvents, EventCounts } from './eventCounts.ts';
import { histogramOfCounts, quantile, TimeCounter } from './histograms.ts';

export type { DatasetStatistics } from '../../src-shared/dataset.ts';

/** Counted up whenever statistics gain something; older ones that a workspace holds are counted anew. */
export const STATISTICS_VERSION = 2;

const HISTORY_LENGTHS = [50, 100, 200];
const POPULAR_ITEMS = 20;
/** The paper does not say below how many events it left users out; its counts fit 52 or 53. */
const MIN_EVENTS = [50, 51, 52, 53, 54];
const PAPER_HISTORY_LENGTH = 50;

/** What things are called that `EventCounts` counts by number. */
export interface CountedNames {
  /** By ItemId. */
  titles: readonly string[];
  genres: readonly string[];
  /** The vocabulary of the rating; empty where events have none. */
  ratings: readonly string[];
}

export function statisticsOf(counted: CountedEvents, names: CountedNames): DatasetStatistics {
  const { itemEvents, busiestUser, ratingEvents, duplicates, firstEventAtMs, lastEventAtMs } = counted;
  const sorted = counted.eventsPerUser.slice().sort();
  const times = new TimeCounter();
  times.merge(counted.eventsByDay);
  return {
    eventsPerUser: histogramOfCounts(sorted),
    eventsPerUserQuantiles: quantilesOf(sorted),
    eventsPerItem: histogramOfCounts(itemEvents.slice().sort()),
    itemsWithEvents: countWhere(itemEvents, (events) => events > 0),
    ratings: names.ratings.map((value, id) => ({ value, count: ratingEvents[id]! })).filter((share) => share.count > 0),
    genres: countGenres(itemEvents, names.genres),
    popularItems: popularItems(itemEvents, names.titles),
    duplicates,
    firstEventAtMs,
    lastEventAtMs,
    eventTimes: times.histogram(),
    trainingExamples: HISTORY_LENGTHS.map((historyLength) => ({ historyLength, ...countExamples(sorted, historyLength) })),
    minEvents: MIN_EVENTS.map((minEvents) => countFrom(minEvents, sorted, busiestUser)),
  };
}

function quantilesOf(sorted: Int32Array): DatasetStatistics['eventsPerUserQuantiles'] {
  const at = (q: number) => quantile(sorted, q);
  return { min: at(0), p25: at(0.25), median: at(0.5), p75: at(0.75), p95: at(0.95), max: at(1) };
}

function countWhere(values: Int32Array, condition: (value: number) => boolean): number {
  return values.reduce((count, value) => count + (condition(value) ? 1 : 0), 0);
}

/** What users of at least `minEvents` events make, counted as the paper's Table 1 does. */
function countFrom(minEvents: number, sorted: Int32Array, busiestUser: Int32Array): DatasetStatistics['minEvents'][number] {
  const kept = sorted.filter((events) => events >= minEvents);
  const itemsWithEvents = countWhere(busiestUser, (events) => events >= minEvents);
  return { minEvents, users: kept.length, itemsWithEvents, examples: countExamples(kept, PAPER_HISTORY_LENGTH).examples };
}

function countGenres(itemEvents: Int32Array, genres: readonly string[]): DatasetStatistics['genres'] {
  const counts = new Map<string, number>();
  genres.forEach((genre, item) => {
    counts.set(genre, (counts.get(genre) ?? 0) + itemEvents[item]!);
  });
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

function popularItems(itemEvents: Int32Array, titles: readonly string[]): DatasetStatistics['popularItems'] {
  const items = [...itemEvents.keys()].sort((a, b) => itemEvents[b]! - itemEvents[a]! || a - b);
  return items.slice(0, POPULAR_ITEMS).map((item) => ({ value: titles[item]!, count: itemEvents[item]! }));
}

/** Counts the timelines of a reader, one at a time. */
export class ReaderCounter {
  private readonly reader: DatasetReader;
  private readonly names: CountedNames;
  private readonly counts: EventCounts;

  constructor(reader: DatasetReader) {
    this.reader = reader;
    const hasRatings = reader.summary.features.some((feature) => feature.name === 'rating');
    this.names = { titles: reader.titles, genres: reader.genres, ratings: hasRatings ? reader.vocabulary('rating') : [] };
    this.counts = new EventCounts(this.names.titles.length, this.names.ratings.length);
  }

  add(userId: number): void {
    const { itemIds, timestampsMs, eventFeatures } = this.reader.timeline(userId);
    this.counts.add(itemIds, timestampsMs, eventFeatures.rating);
  }

  statistics(): DatasetStatistics {
    return statisticsOf(this.counts.counted(), this.names);
  }
}

export function countStatistics(reader: DatasetReader): DatasetStatistics {
  const counter = new ReaderCounter(reader);
  for (const userId of reader.userIds) counter.add(userId);
  return counter.statistics();
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
