import { z } from 'zod';
import type { Estimate, StageEstimate } from '../../../src-shared/estimate.ts';
import type { Experiment, OptimizerConfig, ScratchModelConfig } from '../../../src-shared/experiment.ts';
import type { StageName } from '../../../src-shared/run.ts';

export type TrainingStageName = Exclude<StageName, 'evaluate'>;

/** What was measured of one training stage. Times in seconds. */
export const trainingRatesSchema = z.object({
  /** One optimiser update whose programs are compiled. */
  step: z.number(),
  /** Compiling the programs and uploading the parameters, once. */
  once: z.number(),
  /** One validation; 0 where there is none. */
  validation: z.number(),
  /** Writing one checkpoint. */
  checkpoint: z.number(),
  /** Resident memory of the process at most, up to the end of the stage. */
  memoryBytes: z.number(),
});
export type TrainingRates = z.infer<typeof trainingRatesSchema>;

export const evaluationRatesSchema = z.object({
  /** One batch of test users. */
  batch: z.number(),
  /** Compiling, retention, efficiency, and what is chosen on validation users, once. */
  once: z.number(),
  memoryBytes: z.number(),
});
export type EvaluationRates = z.infer<typeof evaluationRatesSchema>;

/** What a rehearsal measures: enough to estimate every experiment that differs in numbers of steps and users only. */
export const ratesSchema = z.object({
  preparation: z.number(),
  /** Summaries that the language model writes, before fine-tuning and before evaluation, for each example; 0 without. */
  summary: z.number(),
  'pretrain-encoder': trainingRatesSchema.nullable(),
  'pretrain-language-model': trainingRatesSchema.nullable(),
  finetune: trainingRatesSchema.nullable(),
  evaluate: evaluationRatesSchema,
  /** What the shared stages of a run are found by, beside its configuration. */
  engine: z.object({ name: z.enum(['onnx', 'tensorflow', 'reference']), provider: z.string() }),
  tokenizer: z.object({ hash: z.string(), vocabularySize: z.number() }),
  measuredAtMs: z.number(),
});
export type Rates = z.infer<typeof ratesSchema>;

/** The sizes that a measured rate is multiplied by. */
export interface RunSizes {
  readonly testUsers: number;
  /** Examples whose history is summed up by the language model. */
  readonly summarised: number;
}

/**
 * Time and memory of a run from measured rates: steps x seconds a step, and what a stage does once or every so many steps.
 * @param reused stages that an earlier run has trained
 */
export function estimateRun(
  experiment: Experiment,
  stages: readonly StageName[],
  rates: Rates,
  sizes: RunSizes,
  reused: ReadonlySet<StageName>,
): Estimate {
  const estimated = stages.map((name): StageEstimate => {
    const { memoryBytes } = rates[name] ?? rates.evaluate;
    if (reused.has(name)) return { name, seconds: 0, memoryBytes, reused: true };
    return { name, seconds: secondsOf(name, experiment, rates, sizes), memoryBytes, reused: false };
  });
  const seconds = estimated.reduce((sum, stage) => sum + stage.seconds, rates.preparation);
  const memoryBytes = Math.max(...estimated.map((stage) => stage.memoryBytes));
  return { stages: estimated, preparationSeconds: rates.preparation, seconds, memoryBytes, measuredAtMs: rates.measuredAtMs };
}

function secondsOf(name: StageName, experiment: Experiment, rates: Rates, { testUsers, summarised }: RunSizes): number {
  if (name === 'evaluate') {
    const batches = Math.ceil(testUsers / experiment.evaluation.batchSize);
    return rates.evaluate.once + batches * rates.evaluate.batch;
  }
  const training = rates[name];
  const summaries = name === 'finetune' ? summarised * rates.summary : 0;
  return training === null ? summaries : summaries + trainingSeconds(name, experiment, training);
}

function trainingSeconds(name: TrainingStageName, experiment: Experiment, { step, once, validation, checkpoint }: TrainingRates): number {
  const { steps } = optimizerOf(name, experiment);
  const { validateEvery, checkpointEvery } = experiment.training;
  return steps === 0
    ? 0
    : once + steps * step + timesDone(steps, validateEvery) * validation + timesDone(steps, checkpointEvery) * checkpoint;
}

/** Every so many steps, and after the last. */
function timesDone(steps: number, every: number): number {
  return Math.ceil(steps / every);
}

export function optimizerOf(name: TrainingStageName, { encoder, languageModel, training }: Experiment): OptimizerConfig {
  if (name === 'pretrain-encoder') return encoder.pretraining;
  return name === 'finetune' ? training : (languageModel as ScratchModelConfig).pretraining;
}
