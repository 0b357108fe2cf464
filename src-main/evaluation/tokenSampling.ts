import type { GenerationOptions } from '../../src-shared/model.ts';

export type SamplingOptions = Pick<GenerationOptions, 'temperature' | 'topK' | 'topP' | 'repetitionPenalty'>;

/**
 * The next token, drawn from softmax(s / temperature) among the `topK` likeliest tokens and, of those, the fewest likeliest ones whose
 * probabilities reach `topP` (Holtzman et al. 2020); with temperature 0 the likeliest token, the smaller id of equals.
 * s = log-probabilities; those of tokens in `seen` are multiplied by `repetitionPenalty` first (Keskar et al. 2019, as beam search in
 * transformers does it).
 * @param uniform the draw, in [0, 1)
 */
export function chooseToken(
  logProbabilities: Float32Array,
  options: SamplingOptions,
  seen: ReadonlySet<number>,
  uniform: () => number,
): number {
  const scores = penalise(logProbabilities, seen, options.repetitionPenalty);
  if (options.temperature === 0) return likeliest(scores);
  const best = scores[likeliest(scores)]!;
  const weights = scores.map((score) => Math.exp((score - best) / options.temperature));
  return draw(weights, nucleus(weights, options), uniform());
}

function penalise(logProbabilities: Float32Array, seen: ReadonlySet<number>, penalty: number): Float32Array {
  if (penalty === 1) return logProbabilities;
  const scores = logProbabilities.slice();
  for (const token of seen) scores[token]! *= penalty;
  return scores;
}

function likeliest(scores: Float32Array): number {
  let best = 0;
  for (let token = 1; token < scores.length; token++) if (scores[token]! > scores[best]!) best = token;
  return best;
}

/** Smallest weight that may be drawn. */
function nucleus(weights: Float32Array, { topK, topP }: SamplingOptions): number {
  if (topK === 0 && topP === 1) return 0;
  const sorted = weights.slice().sort().reverse();
  const kept = topK === 0 ? sorted : sorted.subarray(0, topK);
  const enough = topP * kept.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  for (const weight of kept) {
    reached += weight;
    if (reached >= enough) return weight;
  }
  return kept.at(-1)!;
}

/** Draws among the tokens of at least the smallest weight, in order of their ids. */
function draw(weights: Float32Array, smallest: number, uniform: number): number {
  let total = 0;
  for (const weight of weights) if (weight >= smallest) total += weight;
  let left = uniform * total;
  let last = 0;
  for (let token = 0; token < weights.length; token++) {
    if (weights[token]! < smallest || weights[token] === 0) continue;
    left -= weights[token]!;
    last = token;
    if (left < 0) return token;
  }
  return last;
}
