import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { TopCandidates } from './topCandidates.ts';

export interface RankOptions {
  /** Ids that are taken out of the ranking (items the user has seen); the target is never taken out. */
  readonly exclude?: Iterable<number>;
  /** The lowest id that takes part. Default: padding and "unknown" do not. */
  readonly firstId?: number;
}

/**
 * The rank of the target among all ids of a vocabulary (full ranking, never sampled negatives), 1 = best.
 * rank = 1 + |{i: s_i > s_target}| + |{i != target: s_i = s_target}| / 2: equal scores share the mean of their places, so that a model that
 * scores everything alike gains nothing.
 * @param scores [vocabulary], higher is better
 * @throws Error when the target takes no part in the ranking or its score is NaN
 */
export function rankOfTarget(scores: Float32Array, target: number, options: RankOptions = {}): number {
  const { exclude = [], firstId = FIRST_VALUE_ID } = options;
  const score = scores[target];
  if (target < firstId || score === undefined || Number.isNaN(score)) {
    throw new Error(`rankOfTarget: expected a target from ${firstId} to ${scores.length - 1} with a score, got ${target} with ${score}`);
  }
  let ahead = 0;
  for (let id = firstId; id < scores.length; id++) ahead += placesAhead(scores[id]!, score);
  for (const id of new Set(exclude)) {
    if (id >= firstId && id < scores.length && id !== target) ahead -= placesAhead(scores[id]!, score);
  }
  // The target, compared with itself, counted as half a place.
  return 1 + ahead - 0.5;
}

function placesAhead(other: number, score: number): number {
  if (other > score) return 1;
  return other === score ? 0.5 : 0;
}

/**
 * The k best ids of a vocabulary, best first; of equal scores the smaller id first. Padding and "unknown" take no part.
 * @param exclude ids that are left out
 */
export function topIds(scores: Float32Array, k: number, exclude: Iterable<number> = []): number[] {
  const open = scores.slice().fill(Number.NEGATIVE_INFINITY, 0, FIRST_VALUE_ID);
  for (const id of exclude) open[id] = Number.NEGATIVE_INFINITY;
  const top = new TopCandidates(k);
  top.offerAll(0, 0, open, 0, open.length, -1);
  return Array.from(top.tokens.subarray(0, top.size));
}

/** Values of each user; their means are the metrics. */
export interface RankingMetrics {
  /** HR@k: 1 where rank <= k. */
  readonly hitRate: number[];
  /** NDCG@k with one relevant item: 1 / log2(1 + rank) where rank <= k, else 0 (Järvelin and Kekäläinen 2002). */
  readonly ndcg: number[];
  /** Reciprocal rank, over the whole ranking: 1 / rank; the mean is MRR. */
  readonly reciprocalRank: number[];
}

/** @param ranks of each user's target, from `rankOfTarget` */
export function rankingMetrics(ranks: readonly number[], k: number): RankingMetrics {
  return {
    hitRate: ranks.map((rank) => (rank <= k ? 1 : 0)),
    ndcg: ranks.map((rank) => (rank <= k ? 1 / Math.log2(1 + rank) : 0)),
    reciprocalRank: ranks.map((rank) => 1 / rank),
  };
}
