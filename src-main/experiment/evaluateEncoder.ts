import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import { PopularityBaseline, recentTitles } from '../evaluation/baselines.ts';
import { recallAtK } from '../evaluation/metrics.ts';
import { rankOfTarget } from '../evaluation/ranking.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { addRanks, CUTOFFS, type LoadedEncoder, type Ranks, rankingValues, scoreNextItems, valuesAtCutoffs } from './itemRankings.ts';
import type { UserValues } from './userValues.ts';

/** The pretrained encoder alone, by its title head: full ranking of the next item, seen items filtered and not. */
export async function evaluateEncoder(encoder: LoadedEncoder, test: readonly Example[]): Promise<UserValues> {
  const ranks: Ranks = { filtered: [], unfiltered: [] };
  for await (const batch of scoreNextItems(encoder, test)) {
    for (const { example, scores } of batch) addRanks(ranks, scores, encoder.reader, example);
  }
  return rankingValues(ranks, 'encoder.');
}

/**
 * The most popular items for everyone alike, by their number of training events.
 * @param all test examples of every user: all their events but the last two are training events
 */
export function evaluatePopularity(reader: DatasetReader, test: readonly Example[], all: readonly Example[]): UserValues {
  const trainingItems = all.map(({ userId, labelIndex }) => timelineOf(reader, userId).itemIds.subarray(0, labelIndex - 1));
  const popularity = new PopularityBaseline(trainingItems, reader.titles);
  const ranks: Ranks = { filtered: [], unfiltered: [] };
  for (const example of test) addRanks(ranks, popularity.scores, reader, example);
  const top = popularity.topTitles(Math.max(...CUTOFFS));
  const lists = test.map(() => top);
  return { ...rankingValues(ranks, 'popularity.'), ...recallValues(reader, test, lists, 'popularity.') };
}

/** The user's own last items, most recent first: what repeats itself. With seen items filtered nothing would be left of it. */
export function evaluateRepeatLast(reader: DatasetReader, test: readonly Example[]): UserValues {
  const histories = test.map(({ userId, labelIndex }) => timelineOf(reader, userId).itemIds.subarray(0, labelIndex));
  const ranks = test.map(({ userId, labelIndex }, user) => {
    const scores = new Float32Array(reader.titles.length + FIRST_VALUE_ID);
    for (const [place, itemId] of histories[user]!.entries()) scores[itemId + FIRST_VALUE_ID] = place + 1;
    return rankOfTarget(scores, timelineOf(reader, userId).itemIds[labelIndex]! + FIRST_VALUE_ID);
  });
  const lists = histories.map((history) => recentTitles(history, reader.titles, Math.max(...CUTOFFS)));
  return { ...valuesAtCutoffs(ranks, 'repeatLast.unfiltered.'), ...recallValues(reader, test, lists, 'repeatLast.') };
}

function recallValues(reader: DatasetReader, test: readonly Example[], lists: readonly string[][], prefix: string): UserValues {
  const targets = test.map(({ userId, labelIndex }) => reader.titles[timelineOf(reader, userId).itemIds[labelIndex]!]!);
  return Object.fromEntries(CUTOFFS.map((k) => [`${prefix}recall@${k}`, recallAtK(lists, targets, k)]));
}
