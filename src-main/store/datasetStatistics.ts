import type { DatasetReport } from '../../src-shared/dataset.ts';

/** What the dataset editor shows, without the summary. */
export type DatasetStatistics = Omit<DatasetReport, 'summary'>;

const HISTORY_LENGTHS = [50, 100, 200];
const POPULAR_ITEMS = 20;
/** Lower edges of the bars of "events per user": round numbers, each about 1.5 to 2 times the one before. */
const EDGES = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000];

/** Counts while timelines pass by, so that no event has to be read twice. */
export class StatisticsCounter {
  private readonly titles: readonly string[];
  private readonly genres: readonly string[];
  private readonly eventsPerUser: number[] = [];
  private readonly itemEvents: Int32Array;
  private readonly ratingEvents: Int32Array;
  private readonly ratings: readonly string[];
  private firstEventAtMs = Number.POSITIVE_INFINITY;
  private lastEventAtMs = Number.NEGATIVE_INFINITY;

  /** @param ratings the vocabulary of the rating; empty where events have none */
  constructor(titles: readonly string[], genres: readonly string[], ratings: readonly string[]) {
    this.titles = titles;
    this.genres = genres;
    this.ratings = ratings;
    this.itemEvents = new Int32Array(titles.length);
    this.ratingEvents = new Int32Array(ratings.length);
  }

  add(itemIds: Int32Array, timestampsMs: Float64Array, ratingIds: Int32Array | undefined): void {
    this.eventsPerUser.push(itemIds.length);
    for (const item of itemIds) this.itemEvents[item]! += 1;
    for (const rating of ratingIds ?? []) this.ratingEvents[rating]! += 1;
    this.firstEventAtMs = Math.min(this.firstEventAtMs, timestampsMs[0]!);
    this.lastEventAtMs = Math.max(this.lastEventAtMs, timestampsMs[timestampsMs.length - 1]!);
  }

  statistics(): DatasetStatistics {
    const sorted = Int32Array.from(this.eventsPerUser).sort();
    return {
      eventsPerUser: histogram(sorted),
      eventsPerUserQuantiles: {
        min: quantile(sorted, 0),
        p25: quantile(sorted, 0.25),
        median: quantile(sorted, 0.5),
        p75: quantile(sorted, 0.75),
        max: quantile(sorted, 1),
      },
      ratings: this.ratings.map((value, id) => ({ value, count: this.ratingEvents[id]! })).filter((share) => share.count > 0),
      genres: this.countGenres(),
      popularItems: this.popularItems(),
      firstEventAtMs: this.firstEventAtMs,
      lastEventAtMs: this.lastEventAtMs,
      trainingExamples: HISTORY_LENGTHS.map((historyLength) => countExamples(sorted, historyLength)),
    };
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

/**
 * Examples whose window of `historyLength` events before the label is full. The last two events of a user are the labels of
 * test and validation, so a user of n events has max(0, n - 2 - historyLength) of them.
 */
function countExamples(eventsPerUser: Int32Array, historyLength: number): DatasetStatistics['trainingExamples'][number] {
  let examples = 0;
  let users = 0;
  for (const events of eventsPerUser) {
    if (events <= historyLength + 2) continue;
    examples += events - 2 - historyLength;
    users += 1;
  }
  return { historyLength, examples, users };
}

function histogram(sorted: Int32Array): DatasetStatistics['eventsPerUser'] {
  const max = sorted[sorted.length - 1]!;
  const known = EDGES.filter((edge) => edge <= max);
  const edges = [...known, EDGES[known.length] ?? max + 1];
  while (edges.length > 2 && edges[1]! <= sorted[0]!) edges.shift();
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bar = 0;
  for (const events of sorted) {
    while (bar < counts.length - 1 && events >= edges[bar + 1]!) bar += 1;
    counts[bar]! += 1;
  }
  return { edges: [...edges.slice(0, -1), Math.max(edges[edges.length - 1]!, max + 1)], counts };
}

/** The value below which the share `q` lies, interpolated linearly between neighbours (Hyndman and Fan 1996, type 7). */
function quantile(sorted: Int32Array, q: number): number {
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (position - low);
}
