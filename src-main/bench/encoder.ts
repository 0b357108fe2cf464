import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Experiment, experimentSchema } from '../../src-shared/experiment.ts';
import { historyBatch } from '../data/batches.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import { type Example, splitExamples } from '../data/windows.ts';
import { type Engine, type HostTensors, ints } from '../engine/engine.ts';
import { mean } from '../evaluation/statistics.ts';
import { openEngine } from '../experiment/engines.ts';
import { evaluateEncoder, evaluatePopularity } from '../experiment/evaluateEncoder.ts';
import { nextItemOf } from '../experiment/itemRankings.ts';
import { encoderTraining } from '../experiment/pretraining.ts';
import { encoderShape } from '../experiment/shapes.ts';
import type { UserEncoderShape } from '../model/userEncoder/userEncoder.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { writeSafetensors } from '../store/safetensors.ts';
import type { Workspace } from '../store/workspace.ts';
import { learningRateAt } from '../training/schedule.ts';
import { train } from '../training/trainer.ts';

const run = promisify(execFile);

export interface EncoderBenchmarkOptions {
  readonly workspace: Workspace;
  /** Name of an imported dataset. */
  readonly dataset: string;
  readonly seeds: number;
  readonly steps: number;
  /** Updates between two points of the curves. */
  readonly measureEvery: number;
  readonly threads?: number;
  /** Python that can import torch; looked for under this name. */
  readonly python?: string;
  readonly onProgress?: (text: string) => void;
}

/** Full ranking of the next item among all, the items that the user has seen taken out. */
export interface Ranking {
  readonly hitRate: number;
  readonly ndcg: number;
}

export interface TrainedEncoder {
  readonly implementation: 'userllm' | 'PyTorch';
  readonly seed: number;
  /** On the test events, after the last update. */
  readonly test: Ranking;
  /** On the validation events, while it trains. */
  readonly curve: readonly (Ranking & { readonly step: number; readonly loss: number })[];
  readonly seconds: number;
}

export interface EncoderBenchmark {
  readonly dataset: string;
  readonly users: number;
  readonly items: number;
  readonly encoder: Experiment['encoder'];
  readonly popularity: Ranking;
  readonly trained: readonly TrainedEncoder[];
  /** Null where python3 cannot import torch. */
  readonly torchVersion: string | null;
}

interface Prepared {
  readonly reader: DatasetReader;
  readonly split: ReturnType<typeof splitExamples>;
  readonly experiment: Experiment;
  readonly shape: UserEncoderShape;
}

const CUTOFF = 10;

/**
 * Trains the title-only autoregressive encoder with full cross-entropy (SASRec, Kang and McAuley 2018) for several seeds, here and, from the
 * same first weights on the same batches in the same order, in PyTorch, which draws its own dropout. HR@10 and NDCG@10, full ranking, seen
 * items filtered.
 */
export async function benchEncoder(options: EncoderBenchmarkOptions): Promise<EncoderBenchmark> {
  const { workspace, seeds, python = 'python3', onProgress: report = () => {} } = options;
  const hasTorch = await run(python, ['-c', 'import torch, numpy']).then(
    () => true,
    () => false,
  );
  const trained: TrainedEncoder[] = [];
  let torchVersion: string | null = null;
  let prepared: Prepared | null = null;
  for (let seed = 1; seed <= seeds; seed++) {
    prepared = await prepare(workspace, sasrec(options, seed));
    report(`seed ${seed} of ${seeds}: here`);
    trained.push(await trainHere(prepared, options.measureEvery));
    if (!hasTorch) continue;
    report(`seed ${seed} of ${seeds}: PyTorch`);
    const { version, ...result } = await trainInTorch(prepared, options.measureEvery, python);
    torchVersion = version;
    trained.push(result);
  }
  const { reader, split, experiment } = prepared!;
  return {
    dataset: options.dataset,
    users: split.test.length,
    items: reader.titles.length,
    encoder: experiment.encoder,
    popularity: rankingOf(evaluatePopularity(reader, split.test, split.test), 'popularity.'),
    trained,
    torchVersion,
  };
}

function sasrec({ dataset, steps, threads = 0 }: EncoderBenchmarkOptions, seed: number): Experiment {
  return experimentSchema.parse({
    dataset,
    seed,
    engine: { threads },
    encoder: { features: ['title'], labels: ['title'], pretraining: { steps } },
  });
}

async function prepare(workspace: Workspace, experiment: Experiment): Promise<Prepared> {
  const reader = await openDatasetView(workspace.datasets, experiment.dataset, experiment.data);
  return { reader, split: splitExamples(reader, { minHistory: 1 }), experiment, shape: encoderShape(experiment, reader) };
}

async function trainHere(prepared: Prepared, measureEvery: number): Promise<TrainedEncoder> {
  const engine = await openEngine(prepared.experiment.engine);
  try {
    return await trainOn(engine, prepared, measureEvery);
  } finally {
    await engine.dispose();
  }
}

async function trainOn(engine: Engine, { reader, split, experiment, shape }: Prepared, measureEvery: number): Promise<TrainedEncoder> {
  const { inputs: _, ...training } = encoderTraining({ experiment, reader, split }, shape);
  const startedAt = performance.now();
  const curve: TrainedEncoder['curve'][number][] = [];
  let test: Ranking | null = null;
  await train({
    engine,
    stage: 'bench encoder',
    ...training,
    validation: {
      every: measureEvery,
      measure: async (parameters) => {
        const rank = async (examples: readonly Example[]) =>
          rankingOf(await evaluateEncoder({ engine, reader, experiment, shape, parameters }, examples), 'encoder.');
        const { hitRate, ndcg } = await rank(split.validation);
        test = await rank(split.test);
        return { hitRate, ndcg };
      },
    },
    onMetrics: (step, { loss, hitRate, ndcg }) => {
      if (hitRate !== undefined) curve.push({ step, loss: loss!, hitRate, ndcg: ndcg! });
    },
  });
  return { implementation: 'userllm', seed: experiment.seed, test: test!, curve, seconds: (performance.now() - startedAt) / 1000 };
}

function rankingOf(values: Record<string, ArrayLike<number>>, prefix: string): Ranking {
  return { hitRate: mean(values[`${prefix}hr@${CUTOFF}`]!), ndcg: mean(values[`${prefix}ndcg@${CUTOFF}`]!) };
}

async function trainInTorch(prepared: Prepared, measureEvery: number, python: string): Promise<TrainedEncoder & { version: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'userllm-bench-'));
  try {
    const path = join(folder, 'training.safetensors');
    await writeTraining(path, prepared, measureEvery);
    const { seed } = prepared.experiment;
    const script = fileURLToPath(new URL('torch_encoder.py', import.meta.url));
    const threads = prepared.experiment.engine.threads;
    const args = [script, path, '--seed', String(seed), ...(threads > 0 ? ['--threads', String(threads)] : [])];
    const { stdout } = await run(python, args, { maxBuffer: 1 << 24 });
    return { implementation: 'PyTorch', seed, ...JSON.parse(stdout.trim().split('\n').at(-1)!) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Everything that the other implementation trains on, in one file: `parameter.<name>`, int32 `history` and `labels` [updates, batch, history]
 * (0 = nothing there), float32 `learningRates` [updates], and per split (`validation`, `test`) its histories, targets and seen items.
 */
async function writeTraining(path: string, { reader, split, experiment, shape }: Prepared, measureEvery: number): Promise<void> {
  const { parameters, optimizer, batch, decayed } = encoderTraining({ experiment, reader, split }, shape);
  const { steps, batchSize } = optimizer;
  const size = batchSize * shape.maxHistory;
  const [history, labels] = [new Int32Array(steps * size), new Int32Array(steps * size)];
  for (let step = 0; step < steps; step++) {
    const inputs = batch(step, 0);
    history.set(inputs['history.title']!.data as Int32Array, step * size);
    labels.set(inputs['labels.title']!.data as Int32Array, step * size);
  }
  const dimensions = [steps, batchSize, shape.maxHistory];
  const rates = Float32Array.from({ length: steps }, (_, step) => learningRateAt(step, optimizer));
  const tensors: HostTensors = {
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`parameter.${name}`, value])),
    history: ints(history, dimensions),
    labels: ints(labels, dimensions),
    learningRates: { dtype: 'float32', shape: [steps], data: rates },
    ...heldOut('validation', reader, split.validation, shape.maxHistory),
    ...heldOut('test', reader, split.test, shape.maxHistory),
  };
  await writeSafetensors(path, tensors, {
    numHeads: String(shape.numHeads),
    numLayers: String(shape.numLayers),
    dropout: String(experiment.encoder.dropout),
    weightDecay: String(optimizer.weightDecay),
    clipNorm: String(optimizer.clipNorm),
    measureEvery: String(measureEvery),
    decayed: JSON.stringify([...decayed]),
  });
}

function heldOut(name: string, reader: DatasetReader, examples: readonly Example[], historyLength: number): HostTensors {
  const items = examples.map((example) => nextItemOf(reader, example));
  const seen = items.flatMap((item, row) => item.seen.map((id) => [row, id] as const));
  return {
    [`${name}.history`]: historyBatch(reader, examples, ['title'], historyLength)['history.title']!,
    [`${name}.targets`]: ints(
      Int32Array.from(items, ({ target }) => target),
      [examples.length],
    ),
    [`${name}.seen`]: ints(Int32Array.from(seen.flat()), [seen.length, 2]),
  };
}
