import { categoryNoun } from '../../src-shared/dataset.ts';
import { unreachable } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { eventTextsOf } from '../data/eventTexts.ts';
import { favouriteGenre } from '../data/targets.ts';
import { timelineOf } from '../data/timelines.ts';
import { type Example, historyBefore } from '../data/windows.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { favouriteGenrePrompt, nextItemPrompt, reviewPrompt, targetText } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { promptEvent } from './promptEvents.ts';
import { reviewFeature } from './reviews.ts';

/** What a task asks about an example, and what answers it. */
export interface TaskTexts {
  /** Every text that may be the right answer, once; null: any text may be. */
  readonly answers: readonly string[] | null;
  /** Tokens of the longest answer, end-of-text included. */
  readonly longestAnswer: number;
  /** Tokens of the longest prompt. */
  readonly longestPrompt: number;
  promptOf(example: Example): string;
  answerOf(example: Example): string;
  /** Tokens of an answer as it is trained on and scored, without end-of-text. */
  answerTokens(answer: string): TokenId[];
}

type TaskOptions = { readonly experiment: Experiment; readonly reader: DatasetReader; readonly tokenizer: Tokenizer };

/** What a task asks; all but "review" ask the same about every example. */
export function taskPrompt({ task }: Experiment, reader: DatasetReader, example: Example): string {
  switch (task) {
    case 'next-item':
      return nextItemPrompt();
    case 'favourite-genre':
      return favouriteGenrePrompt(categoryNoun(reader.summary));
    case 'review':
      return reviewPrompt(promptEvent(reader, timelineOf(reader, example.userId), example.labelIndex));
    default:
      return unreachable(task);
  }
}

/** An example of no user, for tasks that ask the same about every one. */
export const NOBODY: Example = { userId: -1, labelIndex: 0 };

/** @throws AppError `experiment-invalid` when the dataset does not have what the task asks for */
export function createTask(options: TaskOptions): TaskTexts {
  const { experiment, reader } = options;
  switch (experiment.task) {
    case 'next-item':
      return closedTask(options, reader.titles, ({ userId, labelIndex }) => {
        return reader.titles[timelineOf(reader, userId).itemIds[labelIndex]!]!;
      });
    case 'favourite-genre':
      return closedTask(options, reader.genres, ({ userId, labelIndex }) => {
        const timeline = timelineOf(reader, userId);
        const { start, end } = historyBefore(timeline, labelIndex, experiment.history.embedded);
        return favouriteGenre(reader, timeline, start, end);
      });
    case 'review':
      return reviewTask(options);
    default:
      return unreachable(experiment.task);
  }
}

/** One question to everyone, answered by one of a closed set of texts. */
function closedTask({ experiment, reader, tokenizer }: TaskOptions, values: readonly string[], answerOf: TaskTexts['answerOf']): TaskTexts {
  const prompt = taskPrompt(experiment, reader, NOBODY);
  const answers = [...new Set(values)];
  const answerTokens = (answer: string) => tokenizer.encodeContinuation(targetText(answer));
  return {
    answers,
    longestAnswer: longestOf(answers, (answer) => answerTokens(answer).length) + 1,
    longestPrompt: tokenizer.encodePrompt(prompt).length,
    promptOf: () => prompt,
    answerOf,
    answerTokens,
  };
}

/** What the user wrote about the label event, whose item and rating are given. */
function reviewTask({ experiment, reader, tokenizer }: TaskOptions): TaskTexts {
  const { maxTokens } = experiment.review;
  const feature = reviewFeature(experiment, reader.summary);
  const ratings = [...new Set(reader.summary.features.some(({ name }) => name === 'rating') ? reader.vocabulary('rating') : [''])];
  const rating = ratings.reduce((longest, value) => (value.length > longest.length ? value : longest), '');
  const prompts = reader.titles.map((title, itemId) => reviewPrompt({ title, genre: reader.genres[itemId]!, rating }));
  return {
    answers: null,
    longestAnswer: maxTokens,
    longestPrompt: longestOf(prompts, (prompt) => tokenizer.encodePrompt(prompt).length),
    promptOf: (example) => taskPrompt(experiment, reader, example),
    answerOf: ({ userId, labelIndex }) => eventTextsOf(reader, userId, feature)[labelIndex]!,
    answerTokens: (answer) => tokenizer.encodeContinuation(targetText(answer)).slice(0, maxTokens - 1),
  };
}

function longestOf(values: readonly string[], lengthOf: (value: string) => number): number {
  return values.reduce((longest, value) => Math.max(longest, lengthOf(value)), 0);
}
