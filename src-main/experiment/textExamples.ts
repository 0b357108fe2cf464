import { AppError, unreachable } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { historyBatch } from '../data/batches.ts';
import { favouriteGenre } from '../data/targets.ts';
import { timelineOf } from '../data/timelines.ts';
import { type Example, historyBefore } from '../data/windows.ts';
import { floats, type HostTensors, ints } from '../engine/engine.ts';
import type { DatasetReader, Timeline } from '../store/datasetStore.ts';
import { favouriteGenrePrompt, historyPrompt, historyText, nextItemPrompt, type PromptEvent, targetText } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { promptedEvents } from './shapes.ts';

export interface TextExamplesOptions {
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly tokenizer: Tokenizer;
  /** Longest text of the language model, in tokens. */
  readonly maxPositions: number;
}

/** Examples as a language model reads them: the prompt, and the text to be written after it. */
export interface TextExamples {
  /** Every text that may be the right answer, once. */
  readonly answers: readonly string[];
  /** Tokens of the longest answer, end-of-text included. */
  readonly longestAnswer: number;
  answerTokens(answer: string): TokenId[];
  answerOf(example: Example): string;
  /** @param withHistory false: the task alone, as for an unknown user */
  promptTokens(example: Example, withHistory?: boolean): TokenId[];
  promptText(example: Example, withHistory?: boolean): string;
  /** Tokens of prompt and answer together. */
  textLength(example: Example): number;
  /** `history.*` of the examples, for the user encoder. */
  historyInputs(examples: readonly Example[]): HostTensors;
  /** `packTexts` of the examples, without `history.*`; null leaves a row empty. */
  textInputs(examples: readonly (Example | null)[], withHistory?: boolean): HostTensors;
}

export function taskPrompt(task: Experiment['task']): string {
  switch (task) {
    case 'next-item':
      return nextItemPrompt();
    case 'favourite-genre':
      return favouriteGenrePrompt();
    default:
      return unreachable(task);
  }
}

const SHORTEST_BUCKET = 8;

/** Lengths that batches are padded to, so that few shapes are compiled: 8, 12, 16, 24, 32, 48, 64, 96, ... */
export function bucketLength(length: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(SHORTEST_BUCKET, length)));
  const threeQuarters = (power * 3) / 4;
  return power > SHORTEST_BUCKET && length <= threeQuarters ? threeQuarters : power;
}

/** The last `count` events before `end` as the text prompt names them. */
export function promptEvents(reader: DatasetReader, timeline: Timeline, end: number, count: number): PromptEvent[] {
  const ratings = reader.vocabulary('rating');
  const { start } = historyBefore(timeline, end, count);
  return Array.from({ length: end - start }, (_, offset) => {
    const itemId = timeline.itemIds[start + offset]!;
    const rating = ratings[timeline.eventFeatures.rating![start + offset]!]!;
    return { title: reader.titles[itemId]!, genre: reader.genres[itemId]!, rating };
  });
}

function requireRoom(taskTokens: number, tokenBudget: number, maxPositions: number): void {
  if (taskTokens <= tokenBudget) return;
  const longest = maxPositions - tokenBudget;
  throw new AppError(
    'experiment-invalid',
    `languageModel: expected room for ${taskTokens} tokens of the task and ${longest} of the longest answer, got ${maxPositions} positions; use another model`,
  );
}

export function createTextExamples({ experiment, reader, tokenizer, maxPositions }: TextExamplesOptions): TextExamples {
  const { task, history } = experiment;
  const answers = [...new Set(task === 'next-item' ? reader.titles : reader.genres)];
  const answerTokens = (answer: string) => tokenizer.encodeContinuation(targetText(answer));
  const longestAnswer = answers.reduce((longest, answer) => Math.max(longest, answerTokens(answer).length), 0) + 1;
  const tokenBudget = maxPositions - longestAnswer;
  requireRoom(tokenizer.encodePrompt(taskPrompt(task)).length, tokenBudget, maxPositions);
  const eventsOf = ({ userId, labelIndex }: Example, withHistory: boolean) => {
    const count = withHistory ? promptedEvents(experiment) : 0;
    return count === 0 ? [] : promptEvents(reader, timelineOf(reader, userId), labelIndex, count);
  };
  const answerOf = ({ userId, labelIndex }: Example): string => {
    const timeline = timelineOf(reader, userId);
    if (task === 'next-item') return reader.titles[timeline.itemIds[labelIndex]!]!;
    const { start, end } = historyBefore(timeline, labelIndex, history.embedded);
    return favouriteGenre(reader, timeline, start, end);
  };
  const promptTokens = (example: Example, withHistory = true) =>
    historyPrompt({ events: eventsOf(example, withHistory), tokenizer, tokenBudget, taskPrompt: taskPrompt(task) });
  return {
    answers,
    longestAnswer,
    answerTokens,
    answerOf,
    promptTokens,
    promptText: (example, withHistory = true) => historyText(eventsOf(example, withHistory), taskPrompt(task)),
    textLength: (example) => promptTokens(example).length + answerTokens(answerOf(example)).length,
    historyInputs: (examples) => historyBatch(reader, examples, experiment.encoder.features, history.embedded),
    textInputs: (examples, withHistory = true) => {
      const rows = examples.map(
        (example) => example && { prompt: promptTokens(example, withHistory), answer: answerTokens(answerOf(example)) },
      );
      return packTexts(rows, tokenizer.endOfText, maxPositions);
    },
  };
}

/** Targets per row that batches are padded to, likewise. */
function bucketTargets(count: number): number {
  const step = count <= 16 ? 2 : 8;
  return Math.ceil(count / step) * step;
}

/**
 * Right-padded rows of prompt + answer; null is an empty row. The targets are the answer's tokens and end-of-text; each stands at the position of the token
 * before it.
 * @returns int32 `tokens` [rows, bucketed length]; int32 `targets` and `targetPositions` (row * length + position), float32
 *   `targetWeights`: [targets, padded with weight 0]
 */
export function packTexts(
  rows: readonly ({ prompt: readonly number[]; answer: readonly number[] } | null)[],
  endOfText: number,
  maxPositions: number,
): HostTensors {
  const longest = Math.max(...rows.map((row) => (row ? row.prompt.length + row.answer.length : 0)));
  if (longest > maxPositions) throw new Error(`packTexts: expected texts of at most ${maxPositions} tokens, got ${longest}`);
  const length = Math.min(bucketLength(longest), maxPositions);
  const tokens = new Int32Array(rows.length * length).fill(endOfText);
  const mean = rows.reduce((sum, row) => sum + (row ? row.answer.length + 1 : 0), 0) / rows.length;
  const slots = rows.length * bucketTargets(mean);
  const targets = new Int32Array(slots);
  const targetPositions = new Int32Array(slots);
  const targetWeights = new Float32Array(slots);
  let slot = 0;
  for (const [row, text] of rows.entries()) {
    if (!text) continue;
    const { prompt, answer } = text;
    tokens.set([...prompt, ...answer], row * length);
    for (const [offset, target] of [...answer, endOfText].entries()) {
      targets[slot] = target;
      targetPositions[slot] = row * length + prompt.length - 1 + offset;
      targetWeights[slot++] = 1;
    }
  }
  return {
    tokens: ints(tokens, [rows.length, length]),
    targets: ints(targets, [slots]),
    targetPositions: ints(targetPositions, [slots]),
    targetWeights: floats(targetWeights, [slots]),
  };
}
