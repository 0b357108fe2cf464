import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { trainingFlops } from '../../src-shared/flops.ts';

const run = promisify(execFile);

export type StepBenchmarkName = 'encoder' | 'lm' | 'items';

export interface StepJobRequest {
  readonly benchmark: StepBenchmarkName;
  readonly engine: string;
  readonly provider: string;
  readonly threads: number;
  readonly steps: number;
  readonly warmup: number;
}

/** What one process measured; times in milliseconds. */
export interface StepMeasurement {
  readonly samples: number[];
  readonly compileMilliseconds: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly tokens: number;
  readonly parameters: number;
  readonly peakMemoryBytes: number;
  readonly device: string;
}

export interface StepResult {
  readonly benchmark: string;
  readonly engine: string;
  readonly provider: string;
  readonly device: string;
  readonly threads: number;
  /** Median of the timed steps. */
  readonly milliseconds: number;
  readonly minimumMilliseconds: number;
  readonly tokensPerSecond: number;
  /** 6 N D per step over its time. */
  readonly gflops: number;
  readonly peakMemoryBytes: number;
  readonly compileMilliseconds: number;
  /** Time over PyTorch's time of the same benchmark in the same run; null without PyTorch. */
  readonly ratioToTorch: number | null;
}

export interface TorchResult {
  readonly version: string;
  readonly threads: number;
  readonly benchmarks: Record<string, { milliseconds: number; minimumMilliseconds: number }>;
}

export interface StepBenchmarkOptions {
  /** The encoder's and the language model's when left out; "items" has no counterpart in PyTorch here. */
  readonly benchmarks?: readonly StepBenchmarkName[];
  readonly engines: readonly { readonly engine: string; readonly provider: string }[];
  readonly steps?: number;
  readonly warmup?: number;
  /** Each engine and PyTorch take turns this often, so that a disturbance meets both. */
  readonly rounds?: number;
  readonly threads?: number;
  /** Python that can import torch; looked for under this name. */
  readonly python?: string;
  readonly onProgress?: (text: string) => void;
}

/**
 * Times one training step (forward, backward, clipping, AdamW) of the paper's encoder and of a language model with gated
 * cross-attention, per engine, and PyTorch's time for the same steps in the same run where python3 can import torch.
 */
export async function benchStep(options: StepBenchmarkOptions): Promise<{ results: StepResult[]; torch: TorchResult | null }> {
  const {
    engines,
    benchmarks = ['encoder', 'lm'],
    rounds = 3,
    steps = 12,
    warmup = 3,
    threads = availableParallelism(),
    python = 'python3',
  } = options;
  const report = options.onProgress ?? (() => {});
  const hasTorch = await canImportTorch(python);
  const results: StepResult[] = [];
  const torchTimes: TorchResult['benchmarks'] = {};
  let version = '';
  for (const benchmark of benchmarks) {
    const besideTorch = hasTorch && benchmark !== 'items';
    const measured = engines.map(() => [] as StepMeasurement[]);
    const torchSamples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const [index, { engine, provider }] of engines.entries()) {
        report(`${benchmark}: ${engine}/${provider}, round ${round + 1} of ${rounds}`);
        measured[index]!.push(await runJob({ benchmark, engine, provider, threads, steps, warmup }));
      }
      if (!besideTorch) continue;
      report(`${benchmark}: PyTorch, round ${round + 1} of ${rounds}`);
      const torch = await runTorch(python, { benchmark, steps, warmup, threads });
      version = torch.torchVersion;
      torchSamples.push(...torch.samples);
    }
    if (besideTorch) torchTimes[benchmark] = { milliseconds: median(torchSamples), minimumMilliseconds: Math.min(...torchSamples) };
    for (const [index, engine] of engines.entries()) {
      results.push(summarise(benchmark, engine, threads, measured[index]!, torchTimes[benchmark]?.milliseconds ?? null));
    }
  }
  return { results, torch: hasTorch ? { version, threads, benchmarks: torchTimes } : null };
}

function summarise(
  benchmark: string,
  engine: { engine: string; provider: string },
  threads: number,
  measurements: StepMeasurement[],
  torchMilliseconds: number | null,
): StepResult {
  const samples = measurements.flatMap((measurement) => measurement.samples);
  const { tokens, parameters, device } = measurements[0]!;
  const milliseconds = median(samples);
  return {
    benchmark,
    ...engine,
    device,
    threads,
    milliseconds,
    minimumMilliseconds: Math.min(...samples),
    tokensPerSecond: (tokens / milliseconds) * 1000,
    gflops: trainingFlops(parameters, tokens) / milliseconds / 1e6,
    peakMemoryBytes: Math.max(...measurements.map((measurement) => measurement.peakMemoryBytes)),
    compileMilliseconds: median(measurements.map((measurement) => measurement.compileMilliseconds)),
    ratioToTorch: torchMilliseconds === null ? null : milliseconds / torchMilliseconds,
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

async function runJob(request: StepJobRequest): Promise<StepMeasurement> {
  const script = fileURLToPath(new URL('stepJob.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [script, JSON.stringify(request)], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as StepMeasurement;
}

async function canImportTorch(python: string): Promise<boolean> {
  return run(python, ['-c', 'import torch']).then(
    () => true,
    () => false,
  );
}

async function runTorch(
  python: string,
  { benchmark, steps, warmup, threads }: Pick<StepJobRequest, 'benchmark' | 'steps' | 'warmup' | 'threads'>,
) {
  const script = fileURLToPath(new URL('torch_step.py', import.meta.url));
  const args = [script, '--benchmark', benchmark, '--steps', String(steps), '--warmup', String(warmup), '--threads', String(threads)];
  const { stdout } = await run(python, args, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as { torchVersion: string; samples: number[] };
}
