import { z } from 'zod';
import { timelineEventSchema } from './dataset.ts';

/** One event of an edited history: one of the user's own, by its place in the timeline, or an item that was added. */
export const historyEventSchema = z.union([
  z.strictObject({ eventIndex: z.number().int().min(0) }),
  z.strictObject({ itemId: z.number().int().min(0), rating: z.string() }),
]);
export type HistoryEvent = z.infer<typeof historyEventSchema>;

/** Whom a model writes for, and how it learns about the user. */
export const writtenFor = {
  /** null: nobody. */
  userId: z.number().int().nullable(),
  /** What the user has done, in time order; left out: the whole timeline. */
  history: z.array(historyEventSchema).max(10_000).optional(),
  /** false: the language model does not read the user's embeddings, also where it has learnt to. */
  userPath: z.boolean().optional(),
  /** Last events of the history that are written before the prompt; `as-trained`: what the run writes there, a summary included. */
  promptedEvents: z.union([z.literal('as-trained'), z.number().int().min(0).max(10_000)]).optional(),
  /** Every gate of cross-attention times this: 0 keeps the user out; 1, what was learnt, when left out. */
  gateScale: z.number().min(0).max(10).optional(),
};
const writtenForSchema = z.object(writtenFor);
export type WrittenFor = z.output<typeof writtenForSchema>;

/** A user as a run sees the user, and what the run asks about users. */
export const userHistorySchema = z.object({
  events: z.array(timelineEventSchema),
  /** The model reads at most this many of the last events as embeddings, and this many as text. */
  embeddedEvents: z.number().int(),
  promptedEvents: z.number().int(),
  /** What the run asks: "Next title:"; of a task about an item, about the last one. */
  taskPrompt: z.string(),
  /** What an event may be rated, in the order of the vocabulary; empty in a dataset without ratings. */
  ratings: z.array(z.string()),
});
export type UserHistory = z.infer<typeof userHistorySchema>;
