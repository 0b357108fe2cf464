import { rankingMetrics, rankOfTarget } from './ranking.ts';
import { mean } from './statistics.ts';

/**
 * Fused next-item ranking (beyond the paper): the user encoder proposes its best items, and the language model's log-probability of their
 * titles helps to order them: s(i) = (1 - w) log p_encoder(i) + w log p_languageModel(title of i). Items that were not proposed stay behind
 * those that were, in the encoder's order.
 */
export interface FusedCandidates {
  /** The encoder's scores of the proposed items: log-probabilities, but for a constant of the user that no ranking sees. */
  readonly encoder: ArrayLike<number>;
  /** Log-probabilities of their titles. */
  readonly languageModel: ArrayLike<number>;
  /** Where the true next item is among them; -1 when it was not proposed. */
  readonly target: number;
  /** Rank of the true next item in the encoder's own ranking. */
  readonly encoderRank: number;
}

/** Weights that are tried: 0 is the encoder's own order, 1 the language model's. */
export const FUSION_WEIGHTS: readonly number[] = Array.from({ length: 21 }, (_, i) => i / 20);

/** The rank on which a weight is judged: NDCG@10. */
const JUDGED_AT = 10;

/** Rank of the true next item under weight w, 1 = best; equal scores share the mean of their places. */
export function fusedRank({ encoder, languageModel, target, encoderRank }: FusedCandidates, weight: number): number {
  if (target < 0) return encoderRank;
  const scores = Float32Array.from(encoder, (score, i) => (1 - weight) * score + weight * languageModel[i]!);
  return rankOfTarget(scores, target, { firstId: 0 });
}

/**
 * The weight with the best mean NDCG@10; of equal ones the smaller, which trusts the encoder more.
 * @param users validation users, never test users
 */
export function chooseFusionWeight(users: readonly FusedCandidates[]): number {
  if (users.length === 0) return 0;
  const gains = FUSION_WEIGHTS.map((weight) => {
    const ranks = users.map((user) => fusedRank(user, weight));
    return mean(rankingMetrics(ranks, JUDGED_AT).ndcg);
  });
  return FUSION_WEIGHTS[gains.indexOf(Math.max(...gains))]!;
}
