import type { Experiment } from '../../src-shared/experiment.ts';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { historyBatch } from '../data/batches.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { DeviceTensors, Engine } from '../engine/engine.ts';
import { rankingMetrics, rankOfTarget } from '../evaluation/ranking.ts';
import { nextValueLogits, type UserEncoderShape } from '../model/userEncoder/userEncoder.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { specsOf } from '../training/gradientProgram.ts';
import { fillUp } from './fillUp.ts';
import type { UserValues } from './userValues.ts';

export const CUTOFFS = [1, 5, 10];

/** Ranks of the true next items among all items: with the items that the user has seen taken out, and with all. */
export interface Ranks {
  readonly filtered: number[];
  readonly unfiltered: number[];
}

/** The vocabulary id of an example's true next item, and those of the other items that the user has met before it. */
export function nextItemOf(reader: DatasetReader, { userId, labelIndex }: Example): { target: number; seen: number[] } {
  const { itemIds } = timelineOf(reader, userId);
  const target = itemIds[labelIndex]! + FIRST_VALUE_ID;
  const before = Array.from(itemIds.subarray(0, labelIndex), (itemId) => itemId + FIRST_VALUE_ID);
  return { target, seen: before.filter((id) => id !== target) };
}

export function addRanks(ranks: Ranks, scores: Float32Array, reader: DatasetReader, example: Example): void {
  const { target, seen } = nextItemOf(reader, example);
  ranks.filtered.push(rankOfTarget(scores, target, { exclude: seen }));
  ranks.unfiltered.push(rankOfTarget(scores, target));
}

/** HR, NDCG and MRR at 1, 5 and 10: with seen items filtered, and under `unfiltered.` not. */
export function rankingValues(ranks: Ranks, prefix: string): UserValues {
  return { ...valuesAtCutoffs(ranks.filtered, prefix), ...valuesAtCutoffs(ranks.unfiltered, `${prefix}unfiltered.`) };
}

/** HR, NDCG and MRR at every cut-off; the reciprocal rank counts 0 beyond it. */
export function valuesAtCutoffs(ranks: readonly number[], prefix: string): UserValues {
  const values: UserValues = {};
  for (const k of CUTOFFS) {
    const { hitRate, ndcg, reciprocalRank } = rankingMetrics(ranks, k);
    values[`${prefix}hr@${k}`] = hitRate;
    values[`${prefix}ndcg@${k}`] = ndcg;
    values[`${prefix}mrr@${k}`] = reciprocalRank.map((value, user) => value * hitRate[user]!);
  }
  return values;
}

/** A pretrained user encoder on an engine, prediction heads included. */
export interface LoadedEncoder {
  readonly engine: Engine;
  readonly reader: DatasetReader;
  readonly experiment: Experiment;
  readonly shape: UserEncoderShape;
  readonly parameters: DeviceTensors;
}

export interface ScoredExample {
  readonly example: Example;
  /** Logits of the title head by vocabulary id: a view into the batch's. */
  readonly scores: Float32Array;
}

/** The encoder's scores of every item as the next one, batch by batch. */
export async function* scoreNextItems(encoder: LoadedEncoder, examples: readonly Example[]): AsyncGenerator<ScoredExample[]> {
  const { engine, reader, experiment, shape, parameters } = encoder;
  const batchSize = Math.min(experiment.evaluation.batchSize, examples.length);
  for (let start = 0; start < examples.length; start += batchSize) {
    const chunk = examples.slice(start, start + batchSize);
    const inputs = historyBatch(reader, fillUp(chunk, batchSize), experiment.encoder.features, shape.maxHistory);
    const program = await engine.compile((all) => ({ logits: nextValueLogits(all, shape, all, 'title') }), {
      key: JSON.stringify(['next-event-logits', shape]),
      inputs: specsOf({ ...parameters, ...inputs }),
    });
    const logits = (await program.run({ ...parameters, ...inputs })).host.logits!;
    const width = logits.shape[1]!;
    yield chunk.map((example, row) => ({ example, scores: logits.data.subarray(row * width, (row + 1) * width) as Float32Array }));
  }
}
