import type { Experiment } from '../../src-shared/experiment.ts';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { historyBatch } from '../data/batches.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { Engine, HostTensors } from '../engine/engine.ts';
import { PopularityBaseline } from '../evaluation/baselines.ts';
import { recallAtK } from '../evaluation/metrics.ts';
import { rankingMetrics, rankOfTarget } from '../evaluation/ranking.ts';
import { nextEventLogits, type UserEncoderShape } from '../model/userEncoder/autoregressive.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { specsOf } from '../training/gradientProgram.ts';
import { fillUp, type Metrics, summariser } from './evaluateTexts.ts';
import { disposeAll, uploadAll } from './loadedModel.ts';

const CUTOFF = 10;
const POPULAR_CUTOFFS = [1, 5, 10];

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

function hitsAndGains(ranks: readonly number[], prefix: string, experiment: Experiment): Metrics {
  const { hitRate, ndcg } = rankingMetrics(ranks, CUTOFF);
  const summarise = summariser(experiment);
  return { [`${prefix}hr@${CUTOFF}`]: summarise(hitRate), [`${prefix}ndcg@${CUTOFF}`]: summarise(ndcg) };
}

/** The pretrained encoder alone, by its title head: full ranking of the next item, seen items filtered and not. */
export async function evaluateEncoder(
  evaluation: RankingEvaluation & { engine: Engine; shape: UserEncoderShape; parameters: HostTensors },
): Promise<Metrics> {
  const { engine, reader, test, experiment, shape } = evaluation;
  if (!shape.features.some(({ name }) => name === 'title')) return {};
  const parameters = await uploadAll(engine, evaluation.parameters);
  const ranks: Ranks = { filtered: [], unfiltered: [] };
  try {
    const batchSize = Math.min(experiment.evaluation.batchSize, test.length);
    for (let start = 0; start < test.length; start += batchSize) {
      const chunk = test.slice(start, start + batchSize);
      const inputs = historyBatch(reader, fillUp(chunk, batchSize), experiment.encoder.features, shape.maxHistory);
      const program = await engine.compile((all) => ({ logits: nextEventLogits(all, shape, all, 'title') }), {
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
  return {
    ...hitsAndGains(ranks.filtered, 'encoder.', experiment),
    ...hitsAndGains(ranks.unfiltered, 'encoder.unfiltered.', experiment),
  };
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
  const top = popularity.topTitles(CUTOFF);
  const targets = test.map(({ userId, labelIndex }) => reader.titles[timelineOf(reader, userId).itemIds[labelIndex]!]!);
  const summarise = summariser(experiment);
  const recalls = POPULAR_CUTOFFS.map((k) => {
    const hits = recallAtK(
      test.map(() => top),
      targets,
      k,
    );
    return [`popularity.recall@${k}`, summarise(hits)] as const;
  });
  return { ...hitsAndGains(ranks.filtered, 'popularity.', experiment), ...Object.fromEntries(recalls) };
}
