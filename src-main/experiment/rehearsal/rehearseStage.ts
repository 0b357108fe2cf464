import { join } from 'node:path';
import type { Experiment } from '../../../src-shared/experiment.ts';
import type { HostTensors } from '../../engine/engine.ts';
import { shapeSignature } from '../../training/gradientProgram.ts';
import { train } from '../../training/trainer.ts';
import { writeCheckpoint } from '../checkpoints.ts';
import type { RunContext } from '../runContext.ts';
import { isWrittenByModel } from '../summaries.ts';
import { requireNotStopped, type TrainingStageOptions } from '../trainingStage.ts';
import type { TrainingRates } from './rates.ts';
import { type Clock, peakMemoryBytes } from './watch.ts';

/** Micro-batches that are rehearsed: a whole group of the sampler, so that every length of text is among them. */
const MICRO_BATCHES = 8;
/** Cheap steps are repeated for this long, dear ones are cut short after it. Each is done twice at least: with and without compiling. */
const LEAST_SECONDS = 1;
const MOST_SECONDS = 10;

/** Micro-batches that are looked through for shapes that the first ones do not have: every shape is a program, with memory of its own. */
const SCANNED_MICRO_BATCHES = 96;

/** One rehearsed update: which of the stage's, and whether its programs may have to be compiled. */
interface Rehearsed {
  readonly update: number;
  readonly first: boolean;
}

interface StepTime extends Rehearsed {
  readonly seconds: number;
}

/** How many different updates of a stage of so many steps are rehearsed. */
export function rehearsedSteps({ steps, accumulation }: { steps: number; accumulation: number }): number {
  return Math.min(steps, Math.ceil(MICRO_BATCHES / accumulation));
}

/** The first updates, each at once a second time, and one of every other shape. */
async function scheduleOf({ training }: TrainingStageOptions, experiment: Experiment): Promise<Rehearsed[]> {
  const common = rehearsedSteps(training.optimizer);
  const twice = Array.from({ length: 2 * common }, (_, place) => ({ update: Math.floor(place / 2), first: place % 2 === 0 }));
  // A batch with summaries that are yet to be written cannot be looked at.
  if (isWrittenByModel(experiment)) return twice;
  const { steps, accumulation } = training.optimizer;
  const seen = new Set<string>();
  for (let update = 0; update < Math.min(steps, SCANNED_MICRO_BATCHES / accumulation); update++) {
    const shapes = await Promise.all(
      Array.from({ length: accumulation }, async (_, micro) => shapeSignature(await training.batch(update, micro))),
    );
    if (update >= common && shapes.some((shape) => !seen.has(shape))) twice.push({ update, first: true });
    for (const shape of shapes) seen.add(shape);
  }
  return twice;
}

/**
 * Trains the first batches of a stage and measures what a step, a validation and a checkpoint take.
 * @param validations how many times as much a validation is as the one of `stage`
 */
export async function rehearseStage(
  { engine, signal, workspace, experiment }: Pick<RunContext, 'engine' | 'signal' | 'workspace' | 'experiment'>,
  stage: TrainingStageOptions,
  validations: number,
  clock: Clock,
): Promise<{ rates: TrainingRates; parameters: HostTensors }> {
  const schedule = await scheduleOf(stage, experiment);
  const common = rehearsedSteps(stage.training.optimizer);
  const rehearsedAt = (step: number): Rehearsed => schedule[step] ?? { update: step % common, first: false };
  const enough = new AbortController();
  const times: StepTime[] = [];
  const validated: number[] = [];
  let checkpoint = 0;
  let stepStartedAt = clock();
  const startedAt = stepStartedAt;
  const { validation, ...training } = stage.training;
  const result = await train({
    ...training,
    engine,
    stage: stage.name,
    optimizer: { ...training.optimizer, steps: Number.MAX_SAFE_INTEGER },
    batch: (step, micro) => training.batch(rehearsedAt(step).update, micro),
    ...(validation && { validation: { every: 1, measure: (parameters) => measureValidation(() => validation.measure(parameters)) } }),
    checkpoint: { every: Number.MAX_SAFE_INTEGER, save },
    onMetrics: (step) => {
      const now = clock();
      times.push({ ...rehearsedAt(step - 1), seconds: now - stepStartedAt - (step <= 2 ? (validated[step - 1] ?? 0) : 0) });
      stepStartedAt = now;
      if (isEnough(times, now - startedAt, schedule.length)) enough.abort();
    },
    signal: AbortSignal.any([signal, enough.signal]),
  });
  requireNotStopped(signal);
  const { step, once } = stepRates(times);
  const [cold = 0, warm = cold] = validated;
  const rates = { step, once: once + Math.max(0, cold - warm), validation: warm * validations, checkpoint, memoryBytes: peakMemoryBytes() };
  return { rates, parameters: result.parameters };

  /** The first time with compiling, the second time without. */
  async function measureValidation(measure: () => Promise<unknown>): Promise<Record<string, number>> {
    if (validated.length === 2) return {};
    const before = clock();
    await measure();
    validated.push(clock() - before);
    return {};
  }

  async function save(state: Parameters<typeof writeCheckpoint>[1]['state']): Promise<void> {
    const before = clock();
    const kept = Object.fromEntries(Object.entries(state.parameters).filter(([name]) => !stage.readElsewhere?.has(name)));
    await writeCheckpoint(join(workspace.blobsPath, `${stage.name}.safetensors`), { state: { ...state, parameters: kept }, seconds: 0 });
    checkpoint = clock() - before;
  }
}

function isEnough(times: readonly StepTime[], seconds: number, scheduled: number): boolean {
  return (times.length >= scheduled && seconds >= LEAST_SECONDS) || (times.length % 2 === 0 && seconds >= MOST_SECONDS);
}

/** Mean of the repeated steps, every update counting alike; what the first ones took longer is done once. */
function stepRates(times: readonly StepTime[]): Pick<TrainingRates, 'step' | 'once'> {
  const first = times.filter((time) => time.first);
  const repeated = Map.groupBy(
    times.filter((time) => !time.first),
    ({ update }) => update,
  );
  const step = mean([...repeated.values()].map((ofUpdate) => mean(ofUpdate.map(({ seconds }) => seconds))));
  const cold = first.reduce((sum, { seconds }) => sum + seconds, 0);
  return { step, once: Math.max(0, cold - step * first.length) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
