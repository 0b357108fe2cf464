import { z } from 'zod';
import { ERROR_CODES } from '../../src-shared/errors.ts';
import { metricPointSchema, stageNameSchema } from '../../src-shared/run.ts';

/** The first message that a job gets: which run of which workspace to execute. */
export const jobStartSchema = z.object({ workspacePath: z.string(), runId: z.string() });
export type JobStart = z.infer<typeof jobStartSchema>;

/** What may be asked of a running job: to save a checkpoint and end. */
export const jobCommandSchema = z.object({ type: z.literal('stop') });
export type JobCommand = z.infer<typeof jobCommandSchema>;

/** What a job tells whoever started it. The store holds all of it too; messages only say it sooner. */
export const jobMessageSchema = z.discriminatedUnion('type', [
  /** Status, a stage or results changed: read the run anew. */
  z.object({ type: z.literal('changed') }),
  z.object({ type: z.literal('metrics'), points: z.array(metricPointSchema) }),
  /** Points of this stage beyond this step, and of all later stages, are void: a resumed run repeats them. */
  z.object({ type: z.literal('rewound'), stage: stageNameSchema, step: z.number().int() }),
  z.object({ type: z.literal('log'), atMs: z.number(), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  /** The run is completed or stopped; nothing follows. */
  z.object({ type: z.literal('done') }),
  z.object({
    type: z.literal('failed'),
    error: z.object({ code: z.enum(ERROR_CODES), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
  }),
]);
export type JobMessage = z.infer<typeof jobMessageSchema>;
export type Emit = (message: JobMessage) => void;
