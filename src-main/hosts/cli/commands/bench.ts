import type { Command } from 'commander';
import { AppError } from '../../../../src-shared/errors.ts';
import type { GenerateBenchmark, RequestResult } from '../../../bench/generate.ts';
import type { GenerateModel } from '../../../bench/generateCases.ts';
import type { StepBenchmarkName, StepResult, TorchResult } from '../../../bench/step.ts';
import { encoderOutcome } from '../benchEncoder.ts';
import { importOutcome } from '../benchImport.ts';
import { UI_RUNS, uiOutcome } from '../benchUi.ts';
import { addCommand } from '../command.ts';
import { formatBytes, formatCount } from '../numbers.ts';
import type { Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type CommonOptions, withSession } from '../session.ts';
import { formatTable } from '../table.ts';

interface BenchOptions extends CommonOptions {
  engine?: string[];
  model?: string[];
  step?: string[];
  steps?: string;
  dataset?: string;
  seeds: string;
  rounds: string;
  rows: string;
  runs: string;
  threads?: string;
}

interface BenchEngine {
  engine: string;
  provider: string;
}

const right = (title: string) => ({ title, align: 'right' as const });

export function registerBenchCommand(program: Command): void {
  const description =
    'measure speed; "step": one training step, "generate": writing text (both beside PyTorch), "import": a file of 20 million ratings (beside pandas and polars), "ui": the workbench in Chromium; and quality: "encoder": SASRec on a dataset, beside PyTorch on the same batches';
  addCommand<BenchOptions>(program, 'bench <what>', description, async ([what], options) => {
    if (what === 'generate') return generateOutcome(options);
    if (what === 'import') return importOutcome(parseCount('--rows', options.rows));
    if (what === 'ui') return uiOutcome(parseCount('--runs', options.runs));
    if (what === 'encoder') return encoderOutcome(options, encoderCounts(options));
    if (what !== 'step') throw new AppError('usage', `bench: expected "step", "generate", "import", "ui" or "encoder", got "${what}"`);
    if (options.model) throw new AppError('usage', 'bench: --model goes with "generate"');
    const steps = parseCount('--steps', options.steps ?? '12');
    const rounds = parseCount('--rounds', options.rounds);
    const threads = options.threads === undefined ? {} : { threads: parseCount('--threads', options.threads) };
    const benchmarks = options.step && { benchmarks: options.step.map(parseStep) };
    const engines = options.engine?.map(parseEngine) ?? (await findEngines(options));
    const progress = createProgress();
    // Loaded only when asked for: it brings every engine.
    const { benchStep } = await import('../../../bench/step.ts');
    const measured = await benchStep({ ...benchmarks, engines, steps, rounds, ...threads, onProgress: (text) => progress.note(text) });
    return { document: measured, text: benchText(measured) };
  })
    .option('--engine <engine:provider...>', 'what to measure (default: every engine that works here), e.g. onnx:cpu onnx:webgpu')
    .option('--model <name...>', 'which models "generate" measures: scratch, stories260K, llama135M (default: all)')
    .option(
      '--step <name...>',
      'which steps "step" measures: encoder, lm, items (an encoder of 270 thousand titles; default: the first two)',
    )
    .option('--steps <number>', 'timed steps of each round (default: 12); "encoder": steps of the training (default: 1500)')
    .option('--dataset <name>', 'what "encoder" trains on')
    .option('--seeds <number>', 'trainings of "encoder"', '3')
    .option('--rounds <number>', 'turns of each engine and of PyTorch', '3')
    .option('--rows <number>', 'ratings in the file that "import" generates', '20000000')
    .option('--runs <number>', 'runs in the workspace that "ui" opens', String(UI_RUNS))
    .option('--threads <number>', 'CPU threads (default: one per core)');
}

function encoderCounts({ dataset, seeds, steps = '1500', threads }: BenchOptions) {
  if (dataset === undefined) throw new AppError('usage', 'bench: "encoder" needs --dataset, the name of an imported dataset');
  return {
    dataset,
    seeds: parseCount('--seeds', seeds),
    steps: parseCount('--steps', steps),
    ...(threads !== undefined && { threads: parseCount('--threads', threads) }),
  };
}

async function generateOutcome(options: BenchOptions): Promise<Outcome> {
  const progress = createProgress();
  const threads = options.threads === undefined ? {} : { threads: parseCount('--threads', options.threads) };
  const { benchGenerate } = await import('../../../bench/generate.ts');
  const measured = await benchGenerate({
    rounds: parseCount('--rounds', options.rounds),
    ...threads,
    ...(options.model && { models: options.model.map(parseModel) }),
    onProgress: (text) => progress.note(text),
  });
  return { document: measured, text: generateText(measured) };
}

function parseModel(text: string): GenerateModel {
  const known = ['scratch', 'stories260K', 'llama135M'] as const satisfies GenerateModel[];
  const model = known.find((name) => name === text);
  if (model) return model;
  throw new AppError('usage', `bench: expected --model ${known.join(', ')}, got "${text}"`);
}

function generateText({ decoding, requests, torch }: GenerateBenchmark): string {
  const rows = decoding.map(({ model, engine, firstTokenMs, tokensPerSecond, peakMemoryBytes, ratioToTorch }) => [
    model,
    engine,
    firstTokenMs.toFixed(1),
    tokensPerSecond.toFixed(1),
    formatBytes(peakMemoryBytes),
    ratioToTorch?.toFixed(2) ?? '-',
  ]);
  const columns = [
    { title: 'Model' },
    { title: 'Engine' },
    right('ms to first token'),
    right('tokens/s'),
    right('Memory'),
    right('x PyTorch'),
  ];
  const note = torch ? `PyTorch: ${torch}\n` : 'python3 cannot import torch and transformers here, so there is nothing to compare with.\n';
  return `${formatTable(columns, rows)}\n${note}${requests.length > 0 ? `\n${requestsText(requests)}` : ''}`;
}

function requestsText(requests: readonly RequestResult[]): string {
  const rows = requests.map(({ model, events, coldMs, cachedMs, textTokens, textMs }) => [
    model,
    formatCount(events),
    coldMs.toFixed(1),
    cachedMs.toFixed(1),
    textTokens === null ? 'too long' : formatCount(textTokens),
    textMs?.toFixed(1) ?? '-',
    textMs === null ? '-' : (textMs / cachedMs).toFixed(1),
  ]);
  const columns = [
    { title: 'First token' },
    right('Events'),
    right('ms, history encoded'),
    right('ms, cached embedding'),
    right('Text tokens'),
    right('ms, text prompt'),
    right('text / cached'),
  ];
  return formatTable(columns, rows);
}

/** Those that work, but for the reference engine: it is made to be right, and takes minutes. */
async function findEngines(options: CommonOptions): Promise<BenchEngine[]> {
  const { engines } = await withSession(options, ({ client }) => client.call('doctor.report', {}));
  return engines
    .filter(({ engine, available }) => available && engine !== 'reference')
    .map(({ engine, provider }) => ({ engine, provider }));
}

function parseEngine(text: string): BenchEngine {
  const [engine = '', provider = 'cpu'] = text.split(':');
  if (['onnx', 'tensorflow', 'reference'].includes(engine)) return { engine, provider };
  throw new AppError('usage', `bench: expected --engine onnx:<provider>, tensorflow or reference, got "${text}"`);
}

function parseStep(text: string): StepBenchmarkName {
  const known: readonly StepBenchmarkName[] = ['encoder', 'lm', 'items'];
  const name = known.find((candidate) => candidate === text);
  if (name) return name;
  throw new AppError('usage', `bench: expected --step ${known.join(', ')}, got "${text}"`);
}

function parseCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new AppError('usage', `bench: expected ${option} above 0, got "${text}"`);
}

function benchText({ results, torch }: { results: StepResult[]; torch: TorchResult | null }): string {
  const rows = results.map((result) => [
    result.benchmark,
    `${result.engine} ${result.provider}`,
    result.milliseconds.toFixed(1),
    formatCount(result.tokensPerSecond),
    result.gflops.toFixed(1),
    formatBytes(result.peakMemoryBytes),
    result.ratioToTorch?.toFixed(2) ?? '-',
  ]);
  for (const [name, { milliseconds }] of Object.entries(torch?.benchmarks ?? {})) {
    rows.push([name, `PyTorch ${torch!.version}`, milliseconds.toFixed(1), '', '', '', '1.00']);
  }
  rows.sort((a, b) => a[0]!.localeCompare(b[0]!));
  const columns = [
    { title: 'Step' },
    { title: 'Engine' },
    right('ms'),
    right('tokens/s'),
    right('GFLOP/s'),
    right('Memory'),
    right('ms / PyTorch ms'),
  ];
  return formatTable(columns, rows) + (torch ? '' : '\npython3 cannot import torch here, so there is nothing to compare with.\n');
}
