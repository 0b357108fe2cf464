import { categoryNoun } from '../../src-shared/dataset.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { profileParts } from '../text/profile.ts';
import type { PromptEvent } from '../text/prompts.ts';
import { targetText } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { promptEvents } from './promptEvents.ts';

/** Summaries of the histories before examples. */
export interface Summaries {
  /** Writes those that are still missing. */
  prepare(examples: readonly Example[]): Promise<void>;
  /** "" for an empty history. @throws Error for an example that was not prepared */
  summaryOf(example: Example): string;
}

interface ProfileOptions {
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly tokenizer: Tokenizer;
}

/** The profile writer: as many parts of `profileParts` as fit `integration.summary.maxTokens`. */
export function profileSummaries({ experiment, reader, tokenizer }: ProfileOptions): Summaries {
  const noun = categoryNoun(reader.summary);
  const { maxTokens } = experiment.integration.summary;
  return {
    prepare: async () => undefined,
    summaryOf: (example) => {
      const parts = profileParts(summarisedEvents(experiment, reader, example), noun);
      const fits = (text: string) => tokenizer.encodeContinuation(targetText(text)).length <= maxTokens;
      while (parts.length > 0 && !fits(parts.join('; '))) parts.pop();
      return parts.join('; ');
    },
  };
}

/** Whether the language model writes the summaries of an experiment. */
export function isWrittenByModel({ integration: { kind, summary } }: Experiment): boolean {
  return kind === 'text-summary' && summary.writer === 'language-model';
}

/** The last `history.prompted` events before the label. */
export function summarisedEvents({ history }: Experiment, reader: DatasetReader, { userId, labelIndex }: Example): PromptEvent[] {
  return promptEvents(reader, timelineOf(reader, userId), labelIndex, history.prompted);
}
