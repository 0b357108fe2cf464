import { AppError } from '../../src-shared/errors.ts';
import type { OptimizerConfig } from '../../src-shared/experiment.ts';
import type { DeviceTensors, Engine, HostTensors, Optimizer } from '../engine/engine.ts';
import { createGradientFunction, type GradientFunction, type LossFunction } from './gradientProgram.ts';
import { learningRateAt } from './schedule.ts';

/** Everything a stage needs to go on exactly as if it had never stopped. */
export interface TrainingState {
  /** Updates done. */
  step: number;
  /** Loss of the last update; null before the first. */
  loss: number | null;
  parameters: HostTensors;
  /** AdamW's moments of the trainable parameters. */
  firstMoments: HostTensors;
  secondMoments: HostTensors;
}

export interface TrainOptions {
  readonly engine: Engine;
  /** Named in errors. */
  readonly stage: string;
  /** Names the loss and everything its closure depends on (sizes, heads, dropout): equal keys share compiled programs. */
  readonly key: string;
  readonly loss: LossFunction;
  readonly parameters: HostTensors;
  readonly trainable: ReadonlySet<string>;
  /** Parameters that weight decay applies to, if they train. */
  readonly decayed: ReadonlySet<string>;
  readonly optimizer: OptimizerConfig;
  /** The micro-batch of an update. Depends on nothing but its arguments and seeds, so that a resumed stage repeats it exactly. */
  batch(step: number, micro: number): HostTensors | Promise<HostTensors>;
  /** Tokens (or events) that a batch trains on, for `tokensPerSecond`. */
  tokensIn(batch: HostTensors): number;
  /** Continue from here instead of from `parameters`. */
  readonly resume?: TrainingState;
  /** Measures held-out values on the current parameters, every so many updates and after the last. */
  readonly validation?: { readonly every: number; measure(parameters: DeviceTensors): Promise<Record<string, number>> };
  /** Called every so many updates, after the last one, and when the stage is stopped. */
  readonly checkpoint?: { readonly every: number; save(state: TrainingState): Promise<void> };
  /** Small parameters that become metrics (gates): read every so many updates. */
  readonly watch?: { readonly every: number; readonly names: readonly string[]; measure(values: HostTensors): Record<string, number> };
  /** @param step the number of updates done, this one included: from 1 */
  onMetrics?(step: number, values: Record<string, number>): void;
  /** Aborting ends the stage after the update in progress, with a checkpoint. */
  readonly signal?: AbortSignal;
}

export interface TrainResult {
  readonly parameters: HostTensors;
  readonly stepsDone: number;
  readonly finalLoss: number | null;
  /** Ended by the signal before the last update. */
  readonly stopped: boolean;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
/** Updates between two values of `memoryBytes`. */
const MEMORY_EVERY = 20;

interface Resident {
  readonly parameters: DeviceTensors;
  readonly optimizer: Optimizer;
  readonly gradients: GradientFunction;
}

/**
 * Trains one stage: AdamW (beta1 0.9, beta2 0.999) under `learningRateAt`, gradients of `accumulation` micro-batches averaged,
 * the next micro-batch prepared while the device computes. Disposes every device tensor it made.
 * @throws AppError `job-failed` when loss or gradients stop being finite
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const resident = await upload(options);
  try {
    return await runSteps(options, resident);
  } finally {
    resident.gradients.dispose();
    resident.optimizer.dispose();
    for (const tensor of Object.values(resident.parameters)) tensor.dispose();
  }
}

async function upload(options: TrainOptions): Promise<Resident> {
  const { engine, resume, optimizer: config } = options;
  const parameters: DeviceTensors = {};
  for (const [name, value] of Object.entries(resume?.parameters ?? options.parameters)) parameters[name] = await engine.upload(value);
  const trainable = Object.keys(parameters).filter((name) => options.trainable.has(name));
  if (trainable.length === 0) throw new Error(`train: expected parameters to train in stage "${options.stage}", got none`);
  const optimizer = await engine.createAdamW(Object.fromEntries(trainable.map((name) => [name, parameters[name]!])), {
    beta1: BETA1,
    beta2: BETA2,
    epsilon: EPSILON,
    weightDecay: config.weightDecay,
    decayed: new Set(trainable.filter((name) => options.decayed.has(name))),
    clipNorm: config.clipNorm,
  });
  if (resume) await restoreOptimizer(optimizer, resume);
  return { parameters, optimizer, gradients: createGradientFunction({ ...options, parameters, trainable }) };
}

async function restoreOptimizer(optimizer: Optimizer, state: TrainingState): Promise<void> {
  for (const [name, moment] of Object.entries(optimizer.firstMoments)) await moment.write(state.firstMoments[name]!);
  for (const [name, moment] of Object.entries(optimizer.secondMoments)) await moment.write(state.secondMoments[name]!);
  optimizer.steps = state.step;
}

async function runSteps(options: TrainOptions, resident: Resident): Promise<TrainResult> {
  const { steps } = options.optimizer;
  const batches = createBatchQueue(options);
  let step = options.resume?.step ?? 0;
  let loss = options.resume?.loss ?? null;
  let savedAt = step;
  const save = async (): Promise<void> => {
    if (!options.checkpoint || savedAt === step) return;
    await options.checkpoint.save({ step, loss, ...(await readState(resident)) });
    savedAt = step;
  };
  while (step < steps && !options.signal?.aborted) {
    const startedAt = performance.now();
    const update = await applyUpdate(step, options, resident, batches);
    const seconds = (performance.now() - startedAt) / 1000;
    step++;
    loss = update.loss;
    const { tokens, ...values } = update;
    options.onMetrics?.(step, { ...values, tokensPerSecond: tokens / seconds, ...(await measureExtras(step, options, resident)) });
    if (options.checkpoint && step % options.checkpoint.every === 0) await save();
  }
  await save();
  return { parameters: await readAll(resident.parameters), stepsDone: step, finalLoss: loss, stopped: step < steps };
}

/** One optimiser update from `accumulation` micro-batches. */
async function applyUpdate(step: number, options: TrainOptions, { gradients, optimizer }: Resident, batches: BatchQueue) {
  const { accumulation } = options.optimizer;
  const learningRate = learningRateAt(step, options.optimizer);
  let loss = 0;
  let tokens = 0;
  let last: DeviceTensors | undefined;
  for (let micro = 0; micro < accumulation; micro++) {
    const batch = await batches.take(step, micro);
    const pending = gradients.run(batch);
    batches.prepareAfter(step, micro);
    const result = await pending;
    requireFinite(result.loss, 'loss', step, options);
    loss += result.loss / accumulation;
    tokens += options.tokensIn(batch);
    if (accumulation > 1) await optimizer.accumulate(result.gradients);
    else last = result.gradients;
  }
  const { gradientNorm } = await optimizer.step({ learningRate, ...(last ? { gradients: last } : { scale: 1 / accumulation }) });
  requireFinite(gradientNorm, 'gradient norm', step, options);
  return { loss, learningRate, gradientNorm, tokens };
}

function requireFinite(value: number, what: string, step: number, options: TrainOptions): void {
  if (Number.isFinite(value)) return;
  throw new AppError(
    'job-failed',
    `${options.stage}: expected a finite ${what}, got ${value} at step ${step + 1} of ${options.optimizer.steps}; ` +
      `try a lower learningRate (now ${options.optimizer.learningRate}), a longer warmup or a smaller clipNorm`,
    { stage: options.stage, step: step + 1 },
  );
}

async function measureExtras(step: number, options: TrainOptions, { parameters }: Resident): Promise<Record<string, number>> {
  const { validation, watch, optimizer } = options;
  const isLast = step === optimizer.steps;
  const values: Record<string, number> = {};
  if (watch && (step % watch.every === 0 || isLast)) {
    const watched = Object.fromEntries(watch.names.map((name) => [name, parameters[name]!]));
    Object.assign(values, watch.measure(await readAll(watched)));
  }
  if (validation && (step % validation.every === 0 || isLast)) Object.assign(values, await validation.measure(parameters));
  if (step % MEMORY_EVERY === 0) values.memoryBytes = process.memoryUsage.rss();
  return values;
}

async function readAll(tensors: DeviceTensors): Promise<HostTensors> {
  const values: HostTensors = {};
  for (const [name, tensor] of Object.entries(tensors)) values[name] = await tensor.read();
  return values;
}

async function readState({ parameters, optimizer }: Resident) {
  return {
    parameters: await readAll(parameters),
    firstMoments: await readAll(optimizer.firstMoments),
    secondMoments: await readAll(optimizer.secondMoments),
  };
}

interface BatchQueue {
  take(step: number, micro: number): Promise<HostTensors>;
  /** Starts on the micro-batch that follows the given one. */
  prepareAfter(step: number, micro: number): void;
}

/** Holds the one micro-batch that is prepared ahead. */
function createBatchQueue(options: TrainOptions): BatchQueue {
  const { accumulation, steps } = options.optimizer;
  let prepared: { position: number; batch: Promise<HostTensors> } | null = null;
  const build = async (step: number, micro: number): Promise<HostTensors> => options.batch(step, micro);
  return {
    take: (step, micro) => {
      const position = step * accumulation + micro;
      return prepared?.position === position ? prepared.batch : build(step, micro);
    },
    prepareAfter: (step, micro) => {
      const position = step * accumulation + micro + 1;
      if (position >= steps * accumulation) return;
      const batch = build(Math.floor(position / accumulation), position % accumulation);
      // Its failure surfaces when it is taken; until then it must not count as unhandled.
      batch.catch(() => undefined);
      prepared = { position, batch };
    },
  };
}
