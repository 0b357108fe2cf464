import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import type { Example } from '../data/windows.ts';
import { chooseFusionWeight, type FusedCandidates, fusedRank } from '../evaluation/fusion.ts';
import { rankOfTarget, topIds } from '../evaluation/ranking.ts';
import { exactValue } from '../evaluation/statistics.ts';
import type { TextEvaluation } from './evaluateTexts.ts';
import { fillUp } from './fillUp.ts';
import { type LoadedEncoder, nextItemOf, rankingValues, type ScoredExample, scoreNextItems } from './itemRankings.ts';
import { scoreWithModel } from './textScores.ts';
import type { Metrics, UserValues } from './userValues.ts';

/** The encoder's proposals to one user, with seen items filtered and not. */
interface Candidates {
  readonly filtered: FusedCandidates;
  readonly unfiltered: FusedCandidates;
}

/**
 * Fused next-item ranking: the encoder proposes, the language model's title log-probabilities help to order. The weight is chosen on
 * validation users, with seen items filtered.
 */
export async function evaluateFusion(
  encoder: LoadedEncoder,
  texts: TextEvaluation,
  validation: readonly Example[],
): Promise<{ values: UserValues; metrics: Metrics }> {
  const chosenOn = await proposeItems(encoder, texts, validation);
  const weight = chooseFusionWeight(chosenOn.map(({ filtered }) => filtered));
  const tested = await proposeItems(encoder, texts, texts.test);
  const ranks = {
    filtered: tested.map(({ filtered }) => fusedRank(filtered, weight)),
    unfiltered: tested.map(({ unfiltered }) => fusedRank(unfiltered, weight)),
  };
  return { values: rankingValues(ranks, 'fused.'), metrics: { 'fused.weight': exactValue(weight, validation.length) } };
}

async function proposeItems(encoder: LoadedEncoder, texts: TextEvaluation, examples: readonly Example[]): Promise<Candidates[]> {
  const all: Candidates[] = [];
  const batchSize = Math.min(encoder.experiment.evaluation.batchSize, examples.length);
  for await (const batch of scoreNextItems(encoder, examples)) {
    texts.onProgress(texts.test.length);
    all.push(...(await proposeToBatch(encoder, texts, fillUp(batch, batchSize))).slice(0, batch.length));
  }
  return all;
}

/** What one user's ranking is made of: ids that are proposed under either view, and the true next item's place. */
interface Proposal {
  readonly scores: Float32Array;
  readonly target: number;
  readonly seen: readonly number[];
  readonly filtered: readonly number[];
  readonly unfiltered: readonly number[];
  /** Ids of both, once: their titles are scored. */
  readonly ids: readonly number[];
}

function propose({ reader }: LoadedEncoder, { example, scores }: ScoredExample, count: number): Proposal {
  const { target, seen } = nextItemOf(reader, example);
  const filtered = topIds(scores, count, seen);
  const unfiltered = topIds(scores, count);
  return { scores, target, seen, filtered, unfiltered, ids: [...new Set([...filtered, ...unfiltered])] };
}

async function proposeToBatch(encoder: LoadedEncoder, texts: TextEvaluation, batch: readonly ScoredExample[]): Promise<Candidates[]> {
  const { evaluation } = encoder.experiment;
  const proposals = batch.map((scored) => propose(encoder, scored, evaluation.candidates));
  const titleScores = await scoreTitles(encoder, texts, batch, proposals);
  return proposals.map((proposal, row) => {
    const scoreOf = new Map(proposal.ids.map((id, index) => [id, titleScores[row]![index]!]));
    const view = (ids: readonly number[], exclude: readonly number[]): FusedCandidates => ({
      encoder: ids.map((id) => proposal.scores[id]!),
      languageModel: ids.map((id) => scoreOf.get(id)!),
      target: ids.indexOf(proposal.target),
      encoderRank: rankOfTarget(proposal.scores, proposal.target, { exclude }),
    });
    return { filtered: view(proposal.filtered, proposal.seen), unfiltered: view(proposal.unfiltered, []) };
  });
}

/** The titles' log-probabilities after each user's prompt. Rows are rounded up to half a list, so that few shapes are compiled. */
async function scoreTitles(
  { reader, experiment }: LoadedEncoder,
  { model, examples }: TextEvaluation,
  batch: readonly ScoredExample[],
  proposals: readonly Proposal[],
): Promise<Float64Array[]> {
  const { candidates } = experiment.evaluation;
  const users = batch.map(({ example }) => example);
  const longest = Math.max(...proposals.map(({ ids }) => ids.length));
  const half = Math.ceil(candidates / 2);
  return scoreWithModel(model, {
    prompts: users.map((example) => examples.promptTokens(example)),
    history: model.shape.user ? examples.historyInputs(users) : null,
    texts: proposals.map(({ ids }) => ids.map((id) => examples.answerTokens(reader.titles[id - FIRST_VALUE_ID]!))),
    textsPerPrompt: Math.ceil(longest / half) * half,
  });
}
