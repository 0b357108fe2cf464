import { z } from 'zod';
import { ERROR_CODES } from '../../src-shared/errors.ts';
import { experimentSchema } from '../../src-shared/experiment.ts';
import { stageNameSchema } from '../../src-shared/run.ts';
import { ratesSchema } from '../experiment/rehearsal/rates.ts';

/** What the process that rehearses an experiment is told, once. */
export const rehearsalRequestSchema = z.object({ workspacePath: z.string(), experiment: experimentSchema });
export type RehearsalRequest = z.infer<typeof rehearsalRequestSchema>;

/** What it says: the stage that it came to, and in the end what it measured or why it could not. */
export const rehearsalAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stage'), name: stageNameSchema }),
  z.object({ type: z.literal('done'), rates: ratesSchema }),
  z.object({
    type: z.literal('failed'),
    error: z.object({ code: z.enum(ERROR_CODES), message: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
  }),
]);
export type RehearsalAnswer = z.infer<typeof rehearsalAnswerSchema>;
