import { trainingFlops } from '../../src-shared/flops.ts';
import type { EfficiencyPoint } from '../../src-shared/run.ts';
import { historyPrompt, type PromptEvent } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { mean, quantile } from './statistics.ts';

/** A prompt without a limit: what a history costs is counted, whatever the model at hand can hold. */
const NO_BUDGET = Number.POSITIVE_INFINITY;

export interface TextPromptRequest {
  readonly tokenizer: Tokenizer;
  readonly taskPrompt: string;
  /** Whole histories, in time order. */
  readonly histories: readonly (readonly PromptEvent[])[];
}

/**
 * Mean tokens of the text prompt that names the last `historyLength` events. Only users who have that many count, so that the number means
 * what it says; where nobody has, the longest histories stand in and their tokens are scaled up by the missing events.
 */
export function textPromptTokens({ tokenizer, taskPrompt, histories }: TextPromptRequest, historyLength: number): number {
  const longest = histories.reduce((length, events) => Math.max(length, events.length), 0);
  const counted = Math.min(historyLength, longest);
  const task = embeddingPromptTokens(tokenizer, taskPrompt);
  if (counted === 0) return task;
  const prompts = histories
    .filter((events) => events.length >= counted)
    .map((events) => historyPrompt({ events: events.slice(-counted), tokenizer, tokenBudget: NO_BUDGET, taskPrompt }).length);
  return task + (mean(prompts) - task) * (historyLength / counted);
}

/** Tokens of a request whose user comes as embeddings: the task prompt, at every history length. */
export function embeddingPromptTokens(tokenizer: Tokenizer, taskPrompt: string): number {
  return tokenizer.encodePrompt(taskPrompt).length;
}

/** One row of the efficiency table. `parameters`: N, those of the language model; D = tokens of the request. */
export function efficiencyPoint(point: Omit<EfficiencyPoint, 'flops'> & { parameters: number }): EfficiencyPoint {
  const { parameters, ...measured } = point;
  return { ...measured, flops: trainingFlops(parameters, measured.tokensPerRequest) };
}

/**
 * Median wall-clock milliseconds of one request. The requests run one after the other; a first round, in which programs are compiled and
 * caches filled, is not counted.
 * @param repetitions rounds that are counted, at least 1
 * @param now a clock in milliseconds
 */
export async function measureRequests(
  requests: readonly (() => Promise<void>)[],
  repetitions: number,
  now: () => number = () => performance.now(),
): Promise<number> {
  if (requests.length === 0 || repetitions < 1) {
    throw new Error(`measureRequests: expected requests and repetitions, got ${requests.length} and ${repetitions}`);
  }
  const milliseconds: number[] = [];
  for (let round = 0; round <= repetitions; round++) {
    for (const request of requests) {
      const startedAt = now();
      await request();
      if (round > 0) milliseconds.push(now() - startedAt);
    }
  }
  return quantile(
    milliseconds.sort((a, b) => a - b),
    0.5,
  );
}
