import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { Example } from '../data/windows.ts';
import type { Engine, HostTensors } from '../engine/engine.ts';
import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';
import { summaryRequest } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { fillUp } from './fillUp.ts';
import { disposeAll, type LoadedModel, uploadAll, writeAnswers } from './loadedModel.ts';
import { type Summaries, summarisedEvents } from './summaries.ts';

export interface SummaryWriterOptions {
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly tokenizer: Tokenizer;
  readonly engine: Engine;
  readonly shape: LanguageModelShape;
  /** Parameters of the language model before fine-tuning; asked for when there is something to write. */
  base(): HostTensors;
  /** Where summaries are kept: JSON, by user and label. */
  readonly file: string;
  /** Called between batches; throws to end early, with what was written so far kept. */
  onProgress(written: number, total: number): void;
}

/** Where a run keeps its summaries. */
export function summariesFile(workspace: Workspace, runId: string): string {
  return join(workspace.runs.folder(runId), 'summaries.json');
}

/** A small model likes to end where it knows nothing to say: it has to say this much. */
const FEWEST_TOKENS = 7;
/** Batches after which the summaries are saved. */
const SAVE_EVERY = 16;

const keyOf = ({ userId, labelIndex }: Example) => `${userId}:${labelIndex}`;

/**
 * Summaries that the language model writes before it is fine-tuned: the likeliest continuation, token by token, of the history and the heading
 * "Profile:". Each is written once and kept in the run's folder.
 */
export function languageModelSummaries(options: SummaryWriterOptions): Summaries {
  const { experiment, reader, file } = options;
  const written = readSummaries(file);
  return {
    prepare: async (examples) => {
      const missing = new Map(examples.filter((example) => !written.has(keyOf(example))).map((example) => [keyOf(example), example]));
      const events = [...missing.values()].map((example) => ({
        key: keyOf(example),
        events: summarisedEvents(experiment, reader, example),
      }));
      const requests = events
        .filter((request) => request.events.length > 0)
        .map(({ key, events }) => ({ key, tokens: tokensOf(options, events) }));
      if (requests.length === 0) return;
      try {
        await writeSummaries(options, requests, written);
      } finally {
        saveSummaries(file, written);
      }
    },
    summaryOf: (example) => {
      const summary = written.get(keyOf(example));
      if (summary !== undefined) return summary;
      if (summarisedEvents(experiment, reader, example).length === 0) return '';
      throw new Error(`summaryOf: expected user ${example.userId} before event ${example.labelIndex} to be prepared`);
    },
  };
}

interface SummaryRequest {
  readonly key: string;
  readonly tokens: TokenId[];
}

function tokensOf({ tokenizer, shape, experiment }: SummaryWriterOptions, events: ReturnType<typeof summarisedEvents>): TokenId[] {
  return summaryRequest({ events, tokenizer, tokenBudget: shape.maxPositions - experiment.integration.summary.maxTokens });
}

/** Requests of like length together, so that little of a batch is padding. */
async function writeSummaries(options: SummaryWriterOptions, requests: SummaryRequest[], written: Map<string, string>): Promise<void> {
  const { engine, shape, tokenizer, experiment } = options;
  const sorted = requests.toSorted((a, b) => a.tokens.length - b.tokens.length);
  const batchSize = Math.min(experiment.evaluation.batchSize, sorted.length);
  const parameters = await uploadAll(engine, options.base());
  const model: LoadedModel = { engine, parameters, shape: { languageModel: shape, user: null }, tokenizer };
  try {
    for (let start = 0; start < sorted.length; start += batchSize) {
      options.onProgress(start, sorted.length);
      const batch = sorted.slice(start, start + batchSize);
      const texts = await writeBatch(model, experiment, fillUp(batch, batchSize));
      for (const [row, { key }] of batch.entries()) written.set(key, texts[row]!);
      if ((start / batchSize + 1) % SAVE_EVERY === 0) saveSummaries(options.file, written);
    }
  } finally {
    disposeAll(parameters);
  }
}

async function writeBatch(model: LoadedModel, experiment: Experiment, batch: readonly SummaryRequest[]): Promise<string[]> {
  const prompts = batch.map(({ tokens }) => tokens);
  const { maxTokens } = experiment.integration.summary;
  const answers = await writeAnswers(model, { prompts, history: null, beams: 1, minTokens: FEWEST_TOKENS, maxTokens });
  // Line breaks would look like the end of the summary.
  return answers.map(([answer]) => (answer?.text ?? '').replace(/\s+/g, ' ').trim());
}

function readSummaries(file: string): Map<string, string> {
  return new Map(existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : []);
}

function saveSummaries(file: string, written: ReadonlyMap<string, string>): void {
  const temporary = `${file}.tmp-${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(temporary, JSON.stringify(Object.fromEntries(written)));
  renameSync(temporary, file);
}
