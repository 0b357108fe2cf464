import { z } from 'zod';

/** `stopped`: the person's wish. `interrupted`: the job died (killed, crashed, out of memory); both can be resumed. */
export const runStatusSchema = z.enum(['queued', 'running', 'stopped', 'interrupted', 'failed', 'completed']);
export type RunStatus = z.infer<typeof runStatusSchema>;

/** The stages of a run, in order; a stage that the experiment does not need is left out. */
export const stageNameSchema = z.enum(['pretrain-encoder', 'pretrain-language-model', 'finetune', 'evaluate']);
export type StageName = z.infer<typeof stageNameSchema>;

export const stageSchema = z.object({
  name: stageNameSchema,
  status: z.enum(['pending', 'running', 'done', 'reused']),
  /** Optimiser steps (evaluate: users) in all, and done. */
  steps: z.number().int(),
  stepsDone: z.number().int(),
  seconds: z.number(),
  finalLoss: z.number().nullable(),
});
export type Stage = z.infer<typeof stageSchema>;

/** A metric with its sample size and 95 % bootstrap interval (equal to the value where no interval applies). */
export const metricValueSchema = z.object({ value: z.number(), n: z.number().int(), low: z.number(), high: z.number() });
export type MetricValue = z.infer<typeof metricValueSchema>;

/**
 * One request of one model at one history length.
 * `flops`: 6 N D per training example (method.md section 6), D = `tokensPerRequest`, N = language-model parameters.
 */
export const efficiencyPointSchema = z.object({
  historyLength: z.number().int(),
  method: z.enum(['embedding', 'text-prompt', 'text-summary']),
  tokensPerRequest: z.number(),
  flops: z.number(),
  millisecondsPerRequest: z.number(),
});
export type EfficiencyPoint = z.infer<typeof efficiencyPointSchema>;

export const parameterCountsSchema = z.object({
  total: z.number().int(),
  trainable: z.number().int(),
  byComponent: z.record(z.string(), z.object({ total: z.number().int(), trainable: z.number().int() })),
});
export type ParameterCounts = z.infer<typeof parameterCountsSchema>;

/** tanh(alpha) of one cross-attention layer after training; layers count from 0. */
export const gateSchema = z.object({ layer: z.number().int(), value: z.number() });
export type Gate = z.infer<typeof gateSchema>;

/** A generated sample kept for inspection: the prompt, the truth, what the model ranked first. `inCatalogue` null: the task has none. */
export const sampleSchema = z.object({
  userId: z.number().int(),
  prompt: z.string(),
  target: z.string(),
  predictions: z.array(z.object({ text: z.string(), score: z.number(), inCatalogue: z.boolean().nullable() })),
});
export type Sample = z.infer<typeof sampleSchema>;

export const runSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  status: runStatusSchema,
  /** Why the run is interrupted or failed; null otherwise. */
  reason: z.string().nullable(),
  datasetName: z.string(),
  task: z.string(),
  createdAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  finishedAtMs: z.number().nullable(),
  stages: z.array(stageSchema),
  /** How many metrics it has; 0: not evaluated. The metrics themselves are in `RunDetail`: a list of thousands of runs would be mostly numbers. */
  metricCount: z.number().int(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

export const runDetailSchema = runSummarySchema.extend({
  metrics: z.record(z.string(), metricValueSchema),
  /** The resolved experiment. */
  config: z.record(z.string(), z.unknown()),
  /** The experiment file as the person wrote it. */
  source: z.string(),
  datasetFingerprint: z.string(),
  environment: z.record(z.string(), z.string()),
  parameters: parameterCountsSchema.nullable(),
  efficiency: z.array(efficiencyPointSchema),
  gates: z.array(gateSchema),
  samples: z.array(sampleSchema),
  checkpoints: z.array(z.object({ stage: stageNameSchema, step: z.number().int(), sizeBytes: z.number(), createdAtMs: z.number() })),
  /** Global steps at which the run was resumed. */
  resumedAt: z.array(z.object({ stage: stageNameSchema, step: z.number().int(), atMs: z.number() })),
});
export type RunDetail = z.infer<typeof runDetailSchema>;

/** One value of one curve. `name`: `loss`, `learningRate`, `gradientNorm`, `validationLoss`, `tokensPerSecond`, `gate.<layer>`, `memoryBytes`. */
export const metricPointSchema = z.object({ stage: stageNameSchema, step: z.number().int(), name: z.string(), value: z.number() });
export type MetricPoint = z.infer<typeof metricPointSchema>;

/** A curve, down-sampled by the store to at most `maxPoints` (min and max of each bucket are kept). */
export const curveSchema = z.object({
  runId: z.string(),
  stage: stageNameSchema,
  name: z.string(),
  steps: z.array(z.number()),
  values: z.array(z.number()),
  /** Points before down-sampling. */
  total: z.number().int(),
});
export type Curve = z.infer<typeof curveSchema>;

/** Two-sided paired randomisation test of one metric of a run against a baseline, over the test users that both have. */
export const pairedTestSchema = z.object({
  runId: z.string(),
  metric: z.string(),
  /** Mean over the users of the run's value minus the baseline's. */
  difference: z.number(),
  pValue: z.number(),
  /** Users that both runs were tested on. */
  n: z.number().int(),
});
export type PairedTest = z.infer<typeof pairedTestSchema>;

/** Of two runs and one metric of 0 or 1 by user: which test users only one of them got right. UserIds, at most `SHOWN_USERS` of each. */
export const rightUsersSchema = z.object({
  /** Metrics that have a right and a wrong for each user, and that both runs have. */
  metrics: z.array(z.string()),
  /** null: there is none. */
  metric: z.string().nullable(),
  /** Users that both runs were tested on. */
  n: z.number().int(),
  both: z.number().int(),
  neither: z.number().int(),
  onlyA: z.object({ count: z.number().int(), userIds: z.array(z.number().int()) }),
  onlyB: z.object({ count: z.number().int(), userIds: z.array(z.number().int()) }),
});
export type RightUsers = z.infer<typeof rightUsersSchema>;
export const SHOWN_USERS = 200;

/** Table of runs side by side: only the configuration values that differ become columns. */
export const comparisonSchema = z.object({
  columns: z.array(z.object({ key: z.string(), label: z.string(), kind: z.enum(['text', 'config', 'metric', 'number']) })),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), metricValueSchema]))),
});
export type Comparison = z.infer<typeof comparisonSchema>;

const configValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type ConfigValue = z.infer<typeof configValueSchema>;

/** The resolved configurations of runs, flattened: a line a setting, by its dotted path, and in the order of `runs` its values; null where a run has none. */
export const configurationsSchema = z.object({
  runs: z.array(z.object({ id: z.string(), name: z.string() })),
  settings: z.array(z.object({ key: z.string(), values: z.array(configValueSchema), differs: z.boolean() })),
});
export type Configurations = z.infer<typeof configurationsSchema>;

/** What of a fine-tuned run is written into a folder: its language model in Hugging Face's layout, or its LoRA adapters in PEFT's. */
export const exportRequestSchema = z.object({
  runId: z.string(),
  path: z.string().min(1),
  what: z.enum(['model', 'adapters']).default('model'),
  generationId: z.string().max(100).optional(),
});
export type ExportRequest = z.output<typeof exportRequestSchema>;
