import { z } from 'zod';
import { contract, generationSchema } from '../../src-shared/contract.ts';
import { ERROR_CODES } from '../../src-shared/errors.ts';

/** What the backend asks of the process that writes text, and what it gets back; `id` ties the two together. */
export const generateRequestSchema = z.object({ id: z.number(), workspacePath: z.string(), request: contract['runs.generate'].input });
export type GenerateRequest = z.output<typeof generateRequestSchema>;

const failureSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export const generateAnswerSchema = z.object({
  id: z.number(),
  result: z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value: generationSchema }),
    z.object({ ok: z.literal(false), error: failureSchema }),
  ]),
});
export type GenerateAnswer = z.output<typeof generateAnswerSchema>;
