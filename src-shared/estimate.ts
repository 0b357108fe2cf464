import { z } from 'zod';
import { stageNameSchema } from './run.ts';

/** What a stage would take on this device. */
export const stageEstimateSchema = z.object({
  name: stageNameSchema,
  /** Wall-clock time; 0 for a stage that is taken from an earlier run. */
  seconds: z.number(),
  /** Resident memory of the job while the stage runs, at most. */
  memoryBytes: z.number(),
  /** An earlier run trained the very same stage. */
  reused: z.boolean(),
});
export type StageEstimate = z.infer<typeof stageEstimateSchema>;

/** Time and memory of one run, from a few real steps of its own stages on this device. */
export const estimateSchema = z.object({
  stages: z.array(stageEstimateSchema),
  /** Before the first stage: the data is read, and a tokenizer trained where the language model is made from scratch. */
  preparationSeconds: z.number(),
  seconds: z.number(),
  memoryBytes: z.number(),
  measuredAtMs: z.number(),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** What is known about time and memory of an experiment. */
export const estimateStatusSchema = z.object({
  /** Null until its steps have been measured. */
  estimate: estimateSchema.nullable(),
  /** Equal for experiments that are measured alike; null for a file with errors. */
  key: z.string().nullable(),
  /** A measurement of it is under way. */
  measuring: z.boolean(),
  /** Measuring takes a minute or more, or would compete with a run: it waits to be asked for. */
  onRequest: z.enum(['expensive', 'busy']).nullable(),
});
export type EstimateStatus = z.infer<typeof estimateStatusSchema>;
