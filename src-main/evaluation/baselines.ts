import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { normaliseTitle } from './metrics.ts';

/** What a model must beat: predictions that do not look at the user, or only at the last events. */

/** The most popular items first, for everyone alike. */
export class PopularityBaseline {
  /** Number of training events by vocabulary id (ItemId + FIRST_VALUE_ID): scores for `rankOfTarget`. */
  readonly scores: Float32Array;
  private readonly titles: readonly string[];
  /** ItemIds, most popular first; ties: the smaller id. */
  private readonly order: readonly number[];

  /**
   * @param trainingItems ItemIds of each user's TRAINING events: neither validation nor test events
   * @param titles of the catalogue, by ItemId
   */
  constructor(trainingItems: Iterable<ArrayLike<number>>, titles: readonly string[]) {
    const scores = new Float32Array(titles.length + FIRST_VALUE_ID);
    for (const items of trainingItems) {
      for (let i = 0; i < items.length; i++) scores[items[i]! + FIRST_VALUE_ID]! += 1;
    }
    this.scores = scores;
    this.titles = titles;
    this.order = titles.map((_, item) => item).sort((a, b) => scores[b + FIRST_VALUE_ID]! - scores[a + FIRST_VALUE_ID]! || a - b);
  }

  /**
   * The k most popular titles, each title class once.
   * @param seen ItemIds left out
   */
  topTitles(k: number, seen: ReadonlySet<number> = new Set()): string[] {
    return distinctTitles(this.order, this.titles, k, seen);
  }
}

/** Repeat-last: the titles of a user's last k distinct items, most recent first. */
export function recentTitles(history: ArrayLike<number>, titles: readonly string[], k: number): string[] {
  return distinctTitles(Array.from(history).reverse(), titles, k, new Set());
}

/** Distinct values, most frequent first; ties: the one seen first. The first is the majority class of training labels. */
export function byFrequency<T>(values: Iterable<T>): T[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
}

function distinctTitles(items: readonly number[], titles: readonly string[], k: number, skip: ReadonlySet<number>): string[] {
  const chosen = new Map<string, string>();
  for (const item of items) {
    if (chosen.size >= k) break;
    const key = normaliseTitle(titles[item]!);
    if (!skip.has(item) && !chosen.has(key)) chosen.set(key, titles[item]!);
  }
  return [...chosen.values()];
}
