import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GENERATE_MODELS, GENERATE_PROMPT, GENERATE_SHAPES, GENERATE_TOKENS, type GenerateModel } from './generateCases.ts';

const run = promisify(execFile);

export type GenerateJobRequest = { readonly model: GenerateModel; readonly threads: number; readonly rounds: number } & (
  | { readonly kind: 'decoding' }
  /** `textTokens` null: a text prompt of so many events is longer than the model's longest text. */
  | { readonly kind: 'request'; readonly events: number; readonly textTokens: number | null }
);

/** Samples of one process, in milliseconds. */
export interface DecodingMeasurement {
  readonly firstTokenMs: number[];
  readonly tokenMs: number[];
  readonly peakMemoryBytes: number;
}

/** Medians of the time to the first token. */
export interface RequestMeasurement {
  readonly coldMs: number;
  readonly cachedMs: number;
  readonly textMs: number | null;
}

export interface DecodingResult {
  readonly model: GenerateModel;
  readonly engine: string;
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
  readonly peakMemoryBytes: number;
  /** Tokens per second over those of PyTorch in the same run; null without PyTorch and transformers. */
  readonly ratioToTorch: number | null;
}

export interface RequestResult extends RequestMeasurement {
  readonly model: GenerateModel;
  readonly events: number;
  readonly textTokens: number | null;
}

export interface GenerateBenchmark {
  readonly decoding: DecodingResult[];
  readonly requests: RequestResult[];
  /** Versions of what was compared with; null when python3 has no torch and transformers. */
  readonly torch: string | null;
}

export interface GenerateBenchmarkOptions {
  readonly models?: readonly GenerateModel[];
  /** Turns of each engine. */
  readonly rounds?: number;
  readonly threads?: number;
  readonly python?: string;
  readonly onProgress?: (text: string) => void;
}

/** Tokens of a text prompt by its events, as the paper counts them (table 4); 1,000 events by the same rate. */
const TEXT_TOKENS: Readonly<Record<number, number>> = { 50: 700, 100: 1350, 200: 2500, 1000: 12_500 };
const REQUEST_MODELS: readonly GenerateModel[] = ['llama135M'];

/**
 * Times generation: a prompt of 128 tokens and 63 tokens after it, beside PyTorch with transformers in the same run; and the first token of
 * personalised requests, with the history encoded anew and with cached user embeddings, beside the history as a text prompt.
 */
export async function benchGenerate(options: GenerateBenchmarkOptions = {}): Promise<GenerateBenchmark> {
  const { models = GENERATE_MODELS, threads = availableParallelism(), rounds = 3, python = 'python3' } = options;
  const report = options.onProgress ?? (() => {});
  const hasTorch = await canImport(python);
  const decoding: DecodingResult[] = [];
  let torch: string | null = null;
  for (const model of models) {
    const [ours, theirs]: [DecodingMeasurement[], DecodingMeasurement[]] = [[], []];
    for (let round = 1; round <= rounds; round++) {
      report(`${model}: round ${round} of ${rounds}`);
      ours.push(await runJob<DecodingMeasurement>({ kind: 'decoding', model, threads, rounds: 1 }));
      if (!hasTorch) continue;
      const measured = await runTorch(python, model, threads);
      torch = measured.versions;
      theirs.push(measured);
    }
    const reference = hasTorch ? summarise(model, 'PyTorch', theirs, null) : null;
    decoding.push(summarise(model, 'onnx cpu', ours, reference?.tokensPerSecond ?? null));
    if (reference) decoding.push({ ...reference, ratioToTorch: 1 });
  }
  const requests = await benchRequests(models, threads, report);
  return { decoding, requests, torch };
}

async function benchRequests(models: readonly GenerateModel[], threads: number, report: (text: string) => void): Promise<RequestResult[]> {
  const results: RequestResult[] = [];
  for (const model of REQUEST_MODELS.filter((name) => models.includes(name))) {
    for (const [events, tokens] of Object.entries(TEXT_TOKENS)) {
      report(`${model}: personalised and text prompt of ${events} events`);
      const fits = tokens + GENERATE_TOKENS <= GENERATE_SHAPES[model].maxPositions;
      const request = { model, events: Number(events), textTokens: fits ? tokens : null };
      results.push({ ...request, ...(await runJob<RequestMeasurement>({ kind: 'request', ...request, threads, rounds: 3 })) });
    }
  }
  return results;
}

function summarise(
  model: GenerateModel,
  engine: string,
  measured: readonly DecodingMeasurement[],
  torchRate: number | null,
): DecodingResult {
  const tokensPerSecond = 1000 / median(measured.flatMap(({ tokenMs }) => tokenMs));
  return {
    model,
    engine,
    firstTokenMs: median(measured.flatMap(({ firstTokenMs }) => firstTokenMs)),
    tokensPerSecond,
    peakMemoryBytes: Math.max(...measured.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    ratioToTorch: torchRate === null ? null : tokensPerSecond / torchRate,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

async function runJob<T>(request: GenerateJobRequest): Promise<T> {
  const script = fileURLToPath(new URL('generateJob.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [script, JSON.stringify(request)], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

async function canImport(python: string): Promise<boolean> {
  return run(python, ['-c', 'import torch, transformers']).then(
    () => true,
    () => false,
  );
}

async function runTorch(python: string, model: GenerateModel, threads: number): Promise<DecodingMeasurement & { versions: string }> {
  const script = fileURLToPath(new URL('torch_generate.py', import.meta.url));
  const sizes = ['--prompt', String(GENERATE_PROMPT), '--tokens', String(GENERATE_TOKENS), '--rounds', '1', '--threads', String(threads)];
  const { stdout } = await run(python, [script, '--model', model, ...sizes], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as DecodingMeasurement & { versions: string };
}
