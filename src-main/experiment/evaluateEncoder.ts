import type { Experiment } from '../../src-shared/experiment.ts';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { historyBatch } from '../data/batches.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { Engine, HostTensors } from '../engine/engine.ts';
import { PopularityBaseline, recentTitles } from '../evaluation/baselines.ts';
import { recallAtK } from '../evaluation/metrics.ts';
import { rankingMetrics, rankOfTarget } from '../evaluation/ranking.ts';
import { nextValueLogits, rankedFeatures, type UserEncoderShape } from '../model/userEncoder/userEncoder.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { specsOf } from '../training/gradientProgram.ts';
import { fillUp, type Metrics, summariser } from './evaluateTexts.ts';
import { disposeAll, uploadAll } from './loadedModel.ts';

const CUTOFFS = [1, 5, 10];
const LONGEST_LIST = 10;

interface RankingEvaluation {
  readonly reader: DatasetReader;
  /** One for each test user. */
  readonly test: readonly Example[];
  readonly experiment: Experiment;
}

/** Ranks of the test items among all items: with the items that the user has seen taken out, and with all. */
interface Ranks {
  filtered: number[];
  unfiltered: number[];
}

function addRanks(ranks: Ranks, scores: Float32Array, { reader, example }: { reader: DatasetReader; example: Example }): void {
  const { itemIds } = timelineOf(reader, example.userId);
  const target = itemIds[example.labelIndex]! + FIRST_VALUE_ID;
  const seen = Array.from(itemIds.subarray(0, example.labelIndex), (itemId) => itemId + FIRST_VALUE_ID);
  ranks.filtered.push(rankOfTarget(scores, target, { exclude: seen }));
  ranks.unfiltered.push(rankOfTarget(scores, target));
}

/** HR, NDCG and MRR at every cut-off. */
function rankings(ranks: readonly number[], prefix: string, experiment: Experiment): Metrics {
  const summarise = summariser(experiment);
  return Object.assign(
    {},
    ...CUTOFFS.map((k) => {
      const { hitRate, ndcg, reciprocalRank } = rankingMetrics(ranks, k);
      const within = reciprocalRank.map((value, user) => value * hitRate[user]!);
      return {
        [`${prefix}hr@${k}`]: summarise(hitRate),
        [`${prefix}ndcg@${k}`]: summarise(ndcg),
        [`${prefix}mrr@${k}`]: summarise(within),
      };
    }),
  );
}

function rankingsOf({ filtered, unfiltered }: Ranks, prefix: string, experiment: Experiment): Metrics {
  return { ...rankings(filtered, `${prefix}.`, experiment), ...rankings(unfiltered, `${prefix}.unfiltered.`, experiment) };
}

/** The pretrained encoder alone, by its title head: full ranking of the next item, seen items filtered and not. */
export async function evaluateEncoder(
  evaluation: RankingEvaluation & { engine: Engine; shape: UserEncoderShape; parameters: HostTensors },
): Promise<Metrics> {
  const { engine, reader, test, experiment, shape } = evaluation;
  if (!rankedFeatures(shape).includes('title')) return {};
  const parameters = await uploadAll(engine, evaluation.parameters);
  const ranks: Ranks = { filtered: [], unfiltered: [] };
  try {
    const batchSize = Math.min(experiment.evaluation.batchSize, test.length);
    for (let start = 0; start < test.length; start += batchSize) {
      const chunk = test.slice(start, start + batchSize);
      const inputs = historyBatch(reader, fillUp(chunk, batchSize), experiment.encoder.features, shape.maxHistory);
      const program = await engine.compile((all) => ({ logits: nextValueLogits(all, shape, all, 'title') }), {
        key: JSON.stringify(['next-event-logits', shape]),
        inputs: specsOf({ ...parameters, ...inputs }),
      });
      const { logits } = (await program.run({ ...parameters, ...inputs })).host;
      const width = logits!.shape[1]!;
      for (const [row, example] of chunk.entries()) {
        addRanks(ranks, logits!.data.subarray(row * width, (row + 1) * width) as Float32Array, { reader, example });
      }
    }
  } finally {
    disposeAll(parameters);
  }
  return rankingsOf(ranks, 'encoder', experiment);
}

/**
 * The most popular items for everyone alike, by their number of training events.
 * @param all test examples of every user: all their events but the last two are training events
 */
export function evaluatePopularity({ reader, test, experiment }: RankingEvaluation, all: readonly Example[]): Metrics {
  const trainingItems = all.map(({ userId, labelIndex }) => timelineOf(reader, userId).itemIds.subarray(0, labelIndex - 1));
  const popularity = new PopularityBaseline(trainingItems, reader.titles);
  const ranks: Ranks = { filtered: [], unfiltered: [] };
  for (const example of test) addRanks(ranks, popularity.scores, { reader, example });
  const top = popularity.topTitles(LONGEST_LIST);
  return {
    ...rankingsOf(ranks, 'popularity', experiment),
    ...recalls(
      test.map(() => top),
      { reader, test, experiment },
      'popularity.',
    ),
  };
}

/** The user's own last items, most recent first: what repeats itself. With seen items filtered nothing would be left of it. */
export function evaluateRepeatLast({ reader, test, experiment }: RankingEvaluation): Metrics {
  const histories = test.map(({ userId, labelIndex }) => timelineOf(reader, userId).itemIds.subarray(0, labelIndex));
  const ranks = test.map(({ userId, labelIndex }, user) => {
    const scores = new Float32Array(reader.titles.length + FIRST_VALUE_ID);
    for (const [place, itemId] of histories[user]!.entries()) scores[itemId + FIRST_VALUE_ID] = place + 1;
    return rankOfTarget(scores, timelineOf(reader, userId).itemIds[labelIndex]! + FIRST_VALUE_ID);
  });
  const lists = histories.map((history) => recentTitles(history, reader.titles, LONGEST_LIST));
  return { ...rankings(ranks, 'repeatLast.unfiltered.', experiment), ...recalls(lists, { reader, test, experiment }, 'repeatLast.') };
}

function recalls(lists: readonly string[][], { reader, test, experiment }: RankingEvaluation, prefix: string): Metrics {
  const targets = test.map(({ userId, labelIndex }) => reader.titles[timelineOf(reader, userId).itemIds[labelIndex]!]!);
  const summarise = summariser(experiment);
  return Object.fromEntries(CUTOFFS.map((k) => [`${prefix}recall@${k}`, summarise(recallAtK(lists, targets, k))]));
}
