import { AppError } from '../../src-shared/errors.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { historyBatch } from '../data/batches.ts';
import type { Example } from '../data/windows.ts';
import { floats, type HostTensors, ints } from '../engine/engine.ts';
import { createHistoryPrompts, type HistoryPromptsOptions } from './historyPrompts.ts';
import { createTask, type TaskTexts } from './tasks.ts';

export interface TextExamplesOptions extends HistoryPromptsOptions {
  /** Longest text of the language model, in tokens. */
  readonly maxPositions: number;
}

/** Examples as a language model reads them: the prompt, and the text to be written after it. */
export interface TextExamples extends Pick<TaskTexts, 'answers' | 'longestAnswer' | 'answerOf' | 'answerTokens'> {
  /** What the task asks, without the user. */
  taskPrompt(example: Example): string;
  /** To be awaited before prompts with the history of these examples are asked for. */
  prepare(examples: readonly Example[]): Promise<void>;
  /** @param withHistory false: the task alone, as for an unknown user */
  promptTokens(example: Example, withHistory?: boolean): TokenId[];
  promptText(example: Example, withHistory?: boolean): string;
  /** The prompt with the history of the example and another task. */
  promptFor(example: Example, taskPrompt: string, withHistory?: boolean): { tokens: TokenId[]; text: string };
  /** Tokens of prompt and answer together; of a summary as many as it may have. */
  textLength(example: Example): number;
  /** `history.*` of the examples, for the user encoder. */
  historyInputs(examples: readonly Example[]): HostTensors;
  /** `packTexts` of the examples, without `history.*`; null leaves a row empty. */
  textInputs(examples: readonly (Example | null)[], withHistory?: boolean): HostTensors;
}

const SHORTEST_BUCKET = 8;

/** Lengths that batches are padded to, so that few shapes are compiled: 8, 12, 16, 24, 32, 48, 64, 96, ... */
export function bucketLength(length: number): number {
  const power = 2 ** Math.ceil(Math.log2(Math.max(SHORTEST_BUCKET, length)));
  const threeQuarters = (power * 3) / 4;
  return power > SHORTEST_BUCKET && length <= threeQuarters ? threeQuarters : power;
}

function requireRoom(taskTokens: number, tokenBudget: number, maxPositions: number): void {
  if (taskTokens <= tokenBudget) return;
  const longest = maxPositions - tokenBudget;
  throw new AppError(
    'experiment-invalid',
    `languageModel: expected room for ${taskTokens} tokens of the task and ${longest} of the longest answer, got ${maxPositions} positions; use another model`,
  );
}

/** @throws AppError `experiment-invalid` when the dataset does not have what the task asks for, or the model no room for it */
export function createTextExamples(options: TextExamplesOptions): TextExamples {
  const { experiment, reader, tokenizer, maxPositions } = options;
  const task = createTask(options);
  const tokenBudget = maxPositions - task.longestAnswer;
  requireRoom(task.longestPrompt, tokenBudget, maxPositions);
  const prompts = createHistoryPrompts(options, tokenBudget);
  const promptFor = (example: Example, taskPrompt: string, withHistory = true) =>
    withHistory
      ? { tokens: prompts.tokens(example, taskPrompt), text: prompts.text(example, taskPrompt) }
      : { tokens: tokenizer.encodePrompt(taskPrompt), text: taskPrompt };
  const promptTokens = (example: Example, withHistory = true) =>
    withHistory ? prompts.tokens(example, task.promptOf(example)) : tokenizer.encodePrompt(task.promptOf(example));
  const answerTokens = (example: Example) => task.answerTokens(task.answerOf(example));
  return {
    ...task,
    taskPrompt: task.promptOf,
    prepare: prompts.prepare,
    promptFor,
    promptTokens,
    promptText: (example, withHistory) => promptFor(example, task.promptOf(example), withHistory).text,
    textLength: (example) => prompts.length(example, task.promptOf(example)) + answerTokens(example).length,
    historyInputs: (examples) => historyBatch(reader, examples, experiment.encoder.features, experiment.history.embedded),
    textInputs: (examples, withHistory) => {
      const rows = examples.map((example) => example && { prompt: promptTokens(example, withHistory), answer: answerTokens(example) });
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
