// One benchmark on one engine, in a process of its own, so that peak memory is its own and a driver's crash stays here.
import { createOnnxEngine, type OnnxProvider } from '../engine/onnx/onnxEngine.ts';
import { createReferenceEngine } from '../engine/reference/reference.ts';
import { createTensorflowEngine } from '../engine/tensorflow/engine.ts';
import type { StepJobRequest, StepMeasurement } from './step.ts';
import { encoderBenchmark, itemsBenchmark, languageModelBenchmark, prepareStep, type StepBenchmark } from './steps.ts';

const request = JSON.parse(process.argv[2]!) as StepJobRequest;

const BENCHMARKS = { encoder: encoderBenchmark, lm: languageModelBenchmark, items: itemsBenchmark };

async function openEngine() {
  if (request.engine === 'reference') return createReferenceEngine();
  if (request.engine === 'tensorflow') return createTensorflowEngine();
  return createOnnxEngine({ provider: request.provider as OnnxProvider, threads: request.threads });
}

async function measure(): Promise<StepMeasurement> {
  const engine = await openEngine();
  const benchmark = BENCHMARKS[request.benchmark]();
  const startedAt = performance.now();
  const step = await prepareStep(engine, benchmark);
  const firstLoss = await step();
  const compileMilliseconds = performance.now() - startedAt;
  for (let i = 1; i < request.warmup; i++) await step();
  const samples: number[] = [];
  let lastLoss = firstLoss;
  for (let i = 0; i < request.steps; i++) {
    const from = performance.now();
    lastLoss = await step();
    samples.push(performance.now() - from);
  }
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  return {
    samples,
    compileMilliseconds,
    firstLoss,
    lastLoss,
    tokens: benchmark.tokens,
    parameters: productParameters(benchmark),
    peakMemoryBytes,
    device: engine.device,
  };
}

/** N of 6 N D: weights that take part in every token's matrix products - matrices, but not position tables. */
function productParameters({ specs, sampledFeature }: StepBenchmark): number {
  const isSampled = (name: string) => sampledFeature !== undefined && name.split('.').includes(sampledFeature);
  const matrices = Object.entries(specs).filter(([name, { shape }]) => shape.length === 2 && !/position/i.test(name) && !isSampled(name));
  return matrices.reduce((sum, [, { shape }]) => sum + shape[0]! * shape[1]!, 0);
}

process.stdout.write(`${JSON.stringify(await measure())}\n`);
process.exit(0);
