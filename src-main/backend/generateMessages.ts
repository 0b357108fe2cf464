import { z } from 'zod';
import { contract } from '../../src-shared/contract.ts';
import { ERROR_CODES } from '../../src-shared/errors.ts';

/** What the backend asks of the process that writes text; `id` ties request, text and answer together. */
export const generateRequestSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('request'),
    id: z.number(),
    workspacePath: z.string(),
    /** A method of the contract. */
    call: z.discriminatedUnion('method', [
      z.object({ method: z.literal('runs.generate'), input: contract['runs.generate'].input }),
      z.object({ method: z.literal('runs.write'), input: contract['runs.write'].input }),
      z.object({ method: z.literal('runs.attention'), input: contract['runs.attention'].input }),
      z.object({ method: z.literal('runs.occlusion'), input: contract['runs.occlusion'].input }),
      z.object({ method: z.literal('runs.export'), input: contract['runs.export'].input }),
      z.object({ method: z.literal('models.generate'), input: contract['models.generate'].input }),
      z.object({ method: z.literal('models.verify'), input: contract['models.verify'].input }),
    ]),
  }),
  /** Ends the text of the request after the token in progress. */
  z.object({ type: z.literal('cancel'), id: z.number() }),
]);
export type GenerateRequest = z.output<typeof generateRequestSchema>;
export type TextCall = Extract<GenerateRequest, { type: 'request' }>['call'];

const failureSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What comes back: pieces of text, then the result; the contract checks its value when it is passed on. */
export const generateAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), id: z.number(), text: z.string() }),
  z.object({
    type: z.literal('answer'),
    id: z.number(),
    result: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), value: z.unknown() }),
      z.object({ ok: z.literal(false), error: failureSchema }),
    ]),
  }),
]);
export type GenerateAnswer = z.output<typeof generateAnswerSchema>;
