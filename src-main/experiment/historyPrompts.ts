import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { historyPrompt, historyText, summaryPrompt, summaryText } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { promptEvents } from './promptEvents.ts';
import { promptedEvents } from './shapes.ts';
import { isWrittenByModel, profileSummaries, type Summaries } from './summaries.ts';

/** Prompts with what the language model is told about the user in words: events, a summary of them, or nothing. */
export interface HistoryPrompts {
  /** To be awaited before prompts of these examples are asked for. */
  prepare(examples: readonly Example[]): Promise<void>;
  tokens(example: Example, taskPrompt: string): TokenId[];
  text(example: Example, taskPrompt: string): string;
  /** Of `tokens`; of a summary as many as it may have, whether it is written or not. */
  length(example: Example, taskPrompt: string): number;
}

export interface HistoryPromptsOptions {
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly tokenizer: Tokenizer;
  /** Of a text-summary prompt; to be given where the language model writes them. */
  readonly summaries?: Summaries;
}

/** @param tokenBudget tokens of a prompt at most */
export function createHistoryPrompts(options: HistoryPromptsOptions, tokenBudget: number): HistoryPrompts {
  return options.experiment.integration.kind === 'text-summary' ? summaryPrompts(options, tokenBudget) : eventPrompts(options, tokenBudget);
}

function eventPrompts({ experiment, reader, tokenizer }: HistoryPromptsOptions, tokenBudget: number): HistoryPrompts {
  const count = promptedEvents(experiment);
  const eventsOf = ({ userId, labelIndex }: Example) =>
    count === 0 ? [] : promptEvents(reader, timelineOf(reader, userId), labelIndex, count);
  const tokens = (example: Example, taskPrompt: string) => historyPrompt({ events: eventsOf(example), tokenizer, tokenBudget, taskPrompt });
  return {
    prepare: async () => undefined,
    tokens,
    text: (example, taskPrompt) => historyText(eventsOf(example), taskPrompt),
    length: (example, taskPrompt) => tokens(example, taskPrompt).length,
  };
}

function summaryPrompts(options: HistoryPromptsOptions, tokenBudget: number): HistoryPrompts {
  const { experiment, tokenizer } = options;
  const { maxTokens } = experiment.integration.summary;
  const { prepare, summaryOf } = summariesOf(options);
  return {
    prepare,
    tokens: (example, taskPrompt) => summaryPrompt({ summary: summaryOf(example), maxTokens, tokenizer, tokenBudget, taskPrompt }),
    text: (example, taskPrompt) => summaryText(summaryOf(example), taskPrompt),
    length: (_, taskPrompt) => maxTokens + tokenizer.encodePrompt(taskPrompt).length,
  };
}

function summariesOf(options: HistoryPromptsOptions): Summaries {
  const { experiment, summaries } = options;
  if (summaries) return summaries;
  if (isWrittenByModel(experiment)) throw new Error('createHistoryPrompts: expected the summaries of the language model, got none');
  return profileSummaries(options);
}
