import { z } from 'zod';
import { experimentSchema } from '../../src-shared/experiment.ts';

const engineConfigSchema = experimentSchema.shape.engine.unwrap();

/** Which engine a probe is to start; the answer says whether a small program ran on it, and where. */
export const probeRequestSchema = engineConfigSchema.pick({ name: true, provider: true });
export type ProbeRequest = z.output<typeof probeRequestSchema>;

export const probeAnswerSchema = z.object({ available: z.boolean(), device: z.string().nullable(), reason: z.string().nullable() });
export type ProbeAnswer = z.output<typeof probeAnswerSchema>;
