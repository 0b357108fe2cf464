import type { Attention, Examined, Occlusion } from '../../src-shared/attention.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { historyBatch } from '../data/batches.ts';
import { withHistory } from '../data/editedTimeline.ts';
import { timelineOf } from '../data/timelines.ts';
import { type Example, historyBefore } from '../data/windows.ts';
import { type HostTensor, type HostTensors, ints } from '../engine/engine.ts';
import { readUserAttention } from '../model/userAttention.ts';
import { describeTimeline } from '../store/describeTimeline.ts';
import type { Workspace } from '../store/workspace.ts';
import { historyPrompt } from '../text/prompts.ts';
import { StreamedText } from '../text/streamedText.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { specsOf } from '../training/gradientProgram.ts';
import { fillUp } from './fillUp.ts';
import { type Generator, openGenerator } from './generate.ts';
import { requireWanted } from './loadedModel.ts';
import { promptEvents } from './promptEvents.ts';
import { promptedEvents } from './shapes.ts';
import { bucketLength } from './textExamples.ts';
import { scoreWithModel } from './textScores.ts';

/** An example of a run with a prompt and an answer, as tokens too. */
interface OpenExample {
  readonly generator: Generator;
  readonly example: Example;
  /** The events that the model reads: places [start, end) of the timeline. */
  readonly window: { readonly start: number; readonly end: number };
  readonly taskPrompt: string;
  readonly prompt: { readonly tokens: TokenId[]; readonly text: string };
  readonly answer: string;
  readonly answerTokens: TokenId[];
}

/** Digits of a weight that cross processes. */
const SIGNIFICANT_DIGITS = 5;
/** Histories that are scored in one go. */
const HISTORIES_PER_PASS = 16;

/**
 * Cross-attention of a run's model over one example.
 * @throws AppError `run-not-found`; `input-invalid` for a run without a trained model, an unknown user, one without a past, or a text that is too long
 */
export async function attentionOfRun(workspace: Workspace, request: Examined): Promise<Attention> {
  const open = await openExample(workspace, request);
  const { generator, example, window, prompt, answer, answerTokens } = open;
  const { reader, model, experiment } = generator;
  const crossAttention = model.shape.user?.crossAttention;
  const events = describeTimeline(reader, example.userId)
    .slice(window.start, window.end)
    .map((event, place) => ({ ...event, eventIndex: window.start + place }));
  const ofEvents = !crossAttention?.perceiver && experiment.encoder.architecture !== 'dual';
  return {
    prompt: prompt.text,
    answer,
    tokens: [...texts(model.tokenizer, prompt.tokens, false), ...texts(model.tokenizer, answerTokens, true)],
    events,
    slots: ofEvents ? 'events' : 'latents',
    layers: crossAttention ? await layersOf(open, ofEvents ? events.length : null) : [],
  };
}

/** Tokens as text; one that does not end a character is empty. */
function texts(tokenizer: Tokenizer, tokens: readonly TokenId[], ofAnswer: boolean): Attention['tokens'] {
  const stream = new StreamedText(tokenizer, []);
  return tokens.map((token) => ({ text: stream.add(token), ofAnswer }));
}

/** @param events how many events the slots stand for, where they are events; null: they are not */
async function layersOf({ generator, example, prompt, answerTokens }: OpenExample, events: number | null): Promise<Attention['layers']> {
  const { model, examples, gates } = generator;
  const read = [...prompt.tokens, ...answerTokens];
  const length = Math.min(bucketLength(read.length), model.shape.languageModel.maxPositions);
  const tokens = new Int32Array(length).fill(model.tokenizer.endOfText);
  tokens.set(read);
  const inputs = { ...model.parameters, ...examples.historyInputs([example]), tokens: ints(tokens, [1, length]) };
  const program = await model.engine.compile((x) => readUserAttention(x, model.shape, x), {
    key: `user attention ${JSON.stringify(model.shape)}`,
    inputs: specsOf(inputs),
  });
  const { host } = await program.run(inputs);
  return Object.entries(host).map(([name, weights]) => {
    const layer = Number(name.slice('weights.'.length));
    return { layer, gate: Math.abs(gates.get(layer) ?? 1), weights: nested(weights, read.length, events) };
  });
}

/** [1, heads, length, slots] -> [head][token][slot] of the first tokens; events that are only in the prompt, the oldest, have weight 0. */
function nested({ data, shape }: HostTensor, tokens: number, events: number | null): number[][][] {
  const [, heads, length, slots] = shape as [number, number, number, number];
  const shown = Math.min(events ?? slots, slots);
  const onlyPrompted = new Array<number>((events ?? slots) - shown).fill(0);
  return Array.from({ length: heads }, (_, head) =>
    Array.from({ length: tokens }, (_, token) => {
      const row = (head * length + token) * slots;
      const weights = Array.from(data.subarray(row, row + shown), (weight) => Number(weight.toPrecision(SIGNIFICANT_DIGITS)));
      return [...onlyPrompted, ...weights];
    }),
  );
}

/**
 * Occlusion: the answer's log-probability with the whole history, without the user, and with the history less each of its events in turn. What
 * lies before the window stays out: the others move together, as they would had the event never been.
 * @throws AppError as `attentionOfRun`; `input-invalid` where the model reads a summary instead of events; `cancelled`
 */
export async function occludeRun(workspace: Workspace, request: Examined, signal?: AbortSignal): Promise<Occlusion> {
  const open = await openExample(workspace, request);
  const { generator, window } = open;
  if (generator.experiment.integration.kind === 'text-summary') {
    throw new AppError('input-invalid', 'occlusion: expected a run that reads events, got one that reads a summary; choose another run');
  }
  const indices = Array.from({ length: window.end - window.start }, (_, place) => window.start + place);
  const variants = [indices, ...indices.map((dropped) => indices.filter((index) => index !== dropped))].map((kept) =>
    variantOf(open, kept),
  );
  const scores: number[] = [];
  for (let start = 0; start < variants.length; start += HISTORIES_PER_PASS) {
    requireWanted(signal);
    const chunk = variants.slice(start, start + HISTORIES_PER_PASS);
    scores.push(...(await score(open, fillUp(chunk, Math.min(HISTORIES_PER_PASS, variants.length)))).slice(0, chunk.length));
  }
  const [nobody] = await score(open, [nobodyOf(open)]);
  const [logProbability, ...without] = scores;
  return {
    logProbability: logProbability!,
    withoutUser: nobody!,
    without: without.map((ofVariant, place) => ({ eventIndex: window.start + place, logProbability: ofVariant })),
  };
}

/** What the model reads of a user. */
interface Variant {
  readonly tokens: TokenId[];
  /** `history.*` of one row; null: no embeddings. */
  readonly history: HostTensors | null;
}

/** The example as if the user had done nothing but the events with these places in the timeline. */
function variantOf({ generator, example, taskPrompt }: OpenExample, kept: readonly number[]): Variant {
  const { model, experiment } = generator;
  const { userId } = example;
  const reader = withHistory(
    generator.reader,
    userId,
    kept.map((eventIndex) => ({ eventIndex })),
  );
  const events = promptEvents(reader, timelineOf(reader, userId), kept.length, promptedEvents(experiment));
  const tokenBudget = model.shape.languageModel.maxPositions - generator.examples.longestAnswer;
  const { encoder, history } = experiment;
  return {
    tokens: historyPrompt({ events, tokenizer: model.tokenizer, tokenBudget, taskPrompt }),
    history: model.shape.user && historyBatch(reader, [{ userId, labelIndex: kept.length }], encoder.features, history.embedded),
  };
}

function nobodyOf({ generator, example, taskPrompt }: OpenExample): Variant {
  return { tokens: generator.examples.promptFor(example, taskPrompt, false).tokens, history: null };
}

/** Log-probabilities of the answer after each prompt, for each history. */
async function score({ generator, answerTokens }: OpenExample, variants: readonly Variant[]): Promise<number[]> {
  const scores = await scoreWithModel(generator.model, {
    prompts: variants.map(({ tokens }) => tokens),
    history: stacked(variants.map(({ history }) => history).filter((history) => history !== null)),
    texts: variants.map(() => [answerTokens]),
    textsPerPrompt: 1,
  });
  return scores.map(([ofAnswer]) => ofAnswer!);
}

/** Rows of `history.*` below each other; null without any. */
function stacked(rows: readonly HostTensors[]): HostTensors | null {
  if (rows.length === 0) return null;
  return Object.fromEntries(
    Object.entries(rows[0]!).map(([name, { data, shape }]) => {
      const all = new Int32Array(rows.length * data.length);
      for (const [row, history] of rows.entries()) all.set(history[name]!.data, row * data.length);
      return [name, ints(all, [rows.length, ...shape.slice(1)])];
    }),
  );
}

async function openExample(workspace: Workspace, { runId, userId, prompt, answer }: Examined): Promise<OpenExample> {
  const generator = await openGenerator(workspace, runId);
  const { reader, model, examples } = generator;
  const timeline = timelineOf(reader, userId);
  const example = { userId, labelIndex: timeline.itemIds.length - 1 };
  if (example.labelIndex < 1) {
    throw new AppError(
      'input-invalid',
      `attention: expected a user with at least 2 events, got ${timeline.itemIds.length}; choose another user`,
    );
  }
  const taskPrompt = prompt ?? examples.taskPrompt(example);
  const text = answer ?? examples.answerOf(example);
  const answerTokens = examples.answerTokens(text);
  await examples.prepare([example]);
  requireRoom(
    model.tokenizer.encodePrompt(taskPrompt).length,
    answerTokens.length,
    model.shape.languageModel.maxPositions,
    examples.longestAnswer,
  );
  return {
    generator,
    example,
    window: historyBefore(timeline, example.labelIndex, eventsRead(generator)),
    taskPrompt,
    prompt: examples.promptFor(example, taskPrompt),
    answer: text,
    answerTokens,
  };
}

/** Events that the model reads at most, as embeddings or as text. */
function eventsRead({ model, experiment: { integration, history } }: Generator): number {
  const prompted = integration.kind === 'none' ? 0 : history.prompted;
  return Math.max(model.shape.user ? history.embedded : 0, prompted);
}

function requireRoom(promptTokens: number, answerTokens: number, maxPositions: number, longestAnswer: number): void {
  const room = maxPositions - longestAnswer;
  if (promptTokens > 0 && promptTokens <= room && answerTokens > 0 && answerTokens <= longestAnswer) return;
  throw new AppError(
    'input-invalid',
    `attention: expected a prompt of 1 to ${room} tokens and an answer of 1 to ${longestAnswer}, got ${promptTokens} and ${answerTokens}; change one of them`,
  );
}
