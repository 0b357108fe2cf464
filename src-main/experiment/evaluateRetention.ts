import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { MetricValue } from '../../src-shared/run.ts';
import type { Example } from '../data/windows.ts';
import { type DeviceTensors, type HostTensors, ints, type TensorSpec } from '../engine/engine.ts';
import { bootstrapInterval } from '../evaluation/statistics.ts';
import type { PersonalisedShape } from '../model/personalised.ts';
import { BASE_PREFIX, compareWithBase } from '../model/retention.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { fillUp } from './fillUp.ts';
import type { LoadedModel } from './loadedModel.ts';
import type { TextExamples } from './textExamples.ts';
import type { Metrics } from './userValues.ts';

export interface RetentionOptions {
  /** The fine-tuned model. */
  readonly model: LoadedModel;
  /** The language model as it was before fine-tuning. */
  readonly base: DeviceTensors;
  readonly text: string;
  readonly examples: TextExamples;
  /** The text is read with these users in turn. */
  readonly test: readonly Example[];
  readonly experiment: Experiment;
  /** Only the first pass over the text, for an estimate of the time that all of them take. */
  readonly brief?: boolean;
  /** Throws to end early. */
  onProgress(): void;
}

/** Tokens of a window, and windows at most: 8,192 tokens. */
const WINDOW_TOKENS = 128;
const MAX_WINDOWS = 64;
/** Log-probabilities of one model that a pass holds at most (64 MiB), but for a single window that has more. */
const PASS_VALUES = 2 ** 24;

/** Means over the tokens of one window. */
interface WindowValues {
  readonly baseLoss: number;
  readonly loss: number;
  readonly kl: number;
  readonly top1: number;
}

/**
 * Knowledge retention: how much of the base language model is left in the fine-tuned one, on generic text. Perplexity, KL(base || tuned) in nats per
 * token and the share of positions with the same likeliest token, with the user path on (the windows of the text take test users in turn) and
 * off. n counts windows; their means give the bootstrap intervals. A model without an encoder has no user path: on is then off.
 */
export async function evaluateRetention(options: RetentionOptions): Promise<Metrics> {
  const { model, text, experiment } = options;
  const all = windowsOf(text, model.tokenizer, model.shape.languageModel.maxPositions);
  const windows = options.brief ? all.slice(0, windowsAtOnce(all, model.shape)) : all;
  const off = await compareWindows(options, { ...model.shape, user: null }, windows);
  const on = model.shape.user ? await compareWindows(options, model.shape, windows) : off;
  const interval = (values: readonly WindowValues[], name: keyof WindowValues) =>
    bootstrapInterval(
      values.map((value) => value[name]),
      experiment.evaluation.bootstrap,
      experiment.seed,
    );
  const ofModel = (values: readonly WindowValues[], suffix: string): Metrics => ({
    [`retention.perplexity${suffix}`]: exponential(interval(values, 'loss')),
    [`retention.kl${suffix}`]: interval(values, 'kl'),
    [`retention.top1${suffix}`]: interval(values, 'top1'),
  });
  return { ...ofModel(on, ''), ...ofModel(off, '.userOff'), 'retention.basePerplexity': exponential(interval(off, 'baseLoss')) };
}

function exponential({ value, n, low, high }: MetricValue): MetricValue {
  return { value: Math.exp(value), n, low: Math.exp(low), high: Math.exp(high) };
}

/** Stretches of the text, each read from its beginning as a text of its own; what is too short for a whole one at the end is left out. */
export function windowsOf(text: string, tokenizer: Tokenizer, maxPositions: number): TokenId[][] {
  const beginning = tokenizer.encodePrompt('');
  const tokens = tokenizer.encode(text);
  const size = Math.min(WINDOW_TOKENS, maxPositions, tokens.length + beginning.length) - beginning.length;
  const count = Math.min(MAX_WINDOWS, Math.floor(tokens.length / size));
  return Array.from({ length: count }, (_, index) => [...beginning, ...tokens.slice(index * size, (index + 1) * size)]);
}

/** Windows that one pass compares. */
function windowsAtOnce(windows: readonly TokenId[][], { languageModel }: PersonalisedShape): number {
  return Math.min(windows.length, Math.max(1, Math.floor(PASS_VALUES / (windows[0]!.length * languageModel.vocabularySize))));
}

/** Passes over the text, one after the other. */
export function retentionPasses(text: string, { tokenizer, shape }: Pick<LoadedModel, 'tokenizer' | 'shape'>): number {
  const windows = windowsOf(text, tokenizer, shape.languageModel.maxPositions);
  return Math.ceil(windows.length / windowsAtOnce(windows, shape));
}

async function compareWindows(options: RetentionOptions, shape: PersonalisedShape, windows: readonly TokenId[][]): Promise<WindowValues[]> {
  const atOnce = windowsAtOnce(windows, shape);
  const all: WindowValues[] = [];
  for (let start = 0; start < windows.length; start += atOnce) {
    options.onProgress();
    const places = Array.from({ length: Math.min(atOnce, windows.length - start) }, (_, index) => start + index);
    const values = await comparePass(options, shape, windows, fillUp(places, atOnce));
    all.push(...values.slice(0, places.length));
  }
  return all;
}

async function comparePass(
  { model, base, examples, test }: RetentionOptions,
  shape: PersonalisedShape,
  windows: readonly TokenId[][],
  places: readonly number[],
): Promise<WindowValues[]> {
  const rows = places.map((place) => windows[place]!);
  const users = places.map((place) => test[place % test.length]!);
  const inputs = { ...model.parameters, ...prefixed(base), ...tokensAndTargets(rows), ...(shape.user && examples.historyInputs(users)) };
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, { shape: [...tensor.shape], dtype: tensor.dtype } satisfies TensorSpec]),
  );
  const key = `retention ${JSON.stringify(shape)}`;
  const program = await model.engine.compile((x) => compareWithBase(x, shape, x), { key, inputs: specs });
  const { host } = await program.run(inputs);
  return rows.map((tokens, row) => windowValues(host, row, tokens.length));
}

function prefixed(parameters: DeviceTensors): DeviceTensors {
  return Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [BASE_PREFIX + name, tensor]));
}

/** The target after the last token is not known: it is left out of the means. */
function tokensAndTargets(rows: readonly TokenId[][]): HostTensors {
  const shape = [rows.length, rows[0]!.length];
  return {
    tokens: ints(Int32Array.from(rows.flat()), shape),
    targets: ints(Int32Array.from(rows.flatMap((tokens) => [...tokens.slice(1), tokens[0]!])), shape),
  };
}

/** Means over the positions of one row, but for the last. */
export function windowValues(host: HostTensors, row: number, length: number): WindowValues {
  const mean = (name: keyof WindowValues): number => {
    const values = host[name]!.data.subarray(row * length, (row + 1) * length - 1);
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  };
  return { baseLoss: mean('baseLoss'), loss: mean('loss'), kl: mean('kl'), top1: mean('top1') };
}
