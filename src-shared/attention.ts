import { z } from 'zod';
import { timelineEventSchema } from './dataset.ts';

/** One example of a run: the user's last event, and all that came before it. */
export const examinedSchema = z.object({
  runId: z.string(),
  userId: z.number().int(),
  /** Instead of the task's own. */
  prompt: z.string().optional(),
  /** The text whose making is looked into; what really came next when left out. */
  answer: z.string().min(1).max(2000).optional(),
});
export type Examined = z.output<typeof examinedSchema>;

/** Where the language model looked in the history as it read prompt and answer. */
export const attentionSchema = z.object({
  prompt: z.string(),
  answer: z.string(),
  tokens: z.array(z.object({ text: z.string(), ofAnswer: z.boolean() })),
  /** The events that the model reads, in time order; `eventIndex`: the place in the user's timeline. */
  events: z.array(timelineEventSchema.extend({ eventIndex: z.number().int() })),
  /** What the columns of the weights are: the events, or what a Perceiver or a dual encoder made of them. */
  slots: z.enum(['events', 'latents']),
  /** Of every attending layer: |tanh(alpha)| of its gate (1 without gates), and weights [head][token][slot]; the row of a token sums to 1. */
  layers: z.array(z.object({ layer: z.number().int(), gate: z.number(), weights: z.array(z.array(z.array(z.number()))) })),
});
export type Attention = z.infer<typeof attentionSchema>;

/** How much each event of the history counts for the answer: log-probabilities in nats, end-of-text included. */
export const occlusionSchema = z.object({
  logProbability: z.number(),
  /** Of the same model without the user. */
  withoutUser: z.number(),
  /** With the history less this event, in time order. */
  without: z.array(z.object({ eventIndex: z.number().int(), logProbability: z.number() })),
});
export type Occlusion = z.infer<typeof occlusionSchema>;
