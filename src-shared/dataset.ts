import { z } from 'zod';

/** Formats an importer exists for. */
export const datasetFormatSchema = z.enum(['movielens-csv']);
export type DatasetFormat = z.infer<typeof datasetFormatSchema>;

/** Dataset names appear in experiment files, on the command line and in tabs. */
export const datasetNameSchema = z
  .string()
  .min(1)
  .max(80)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u,
    'a dataset name starts with a letter or digit and holds letters, digits, space, ".", "_" or "-"',
  );

/**
 * One feature of an event.
 * - `item`: a property of the item (title, genre): looked up from the event's item.
 * - `event`: a property of the event itself (rating): stored with the timeline.
 * `vocabularySize` counts PAD and OOV.
 */
export const featureSchema = z.object({
  name: z.string(),
  kind: z.enum(['item', 'event']),
  vocabularySize: z.number().int(),
});
export type Feature = z.infer<typeof featureSchema>;

/** One row that was not kept, with the place to look. Lines count from 1, the header line included. */
export const rejectionSchema = z.object({ file: z.string(), line: z.number().int(), reason: z.string() });
export type Rejection = z.infer<typeof rejectionSchema>;

export const datasetSummarySchema = z.object({
  name: z.string(),
  format: datasetFormatSchema,
  users: z.number().int(),
  items: z.number().int(),
  events: z.number().int(),
  features: z.array(featureSchema),
  /** Rows of the ratings file that were not kept. */
  rejected: z.number().int(),
  /** The first rejections (at most 1000), in file order. */
  rejections: z.array(rejectionSchema),
  /** SHA-256 (hex) over the content of the timelines, vocabularies and items: same data, same fingerprint. */
  fingerprint: z.string(),
  sourcePath: z.string(),
  importedAtMs: z.number(),
  /** How long the import took, in seconds. */
  seconds: z.number(),
  peakMemoryBytes: z.number(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;

/** A histogram for the dataset overview: `counts[i]` values lie in [edges[i], edges[i + 1]). */
export const histogramSchema = z.object({ edges: z.array(z.number()), counts: z.array(z.number()) });
export const shareSchema = z.object({ value: z.string(), count: z.number().int() });

/** What the dataset editor shows. */
export const datasetReportSchema = z.object({
  summary: datasetSummarySchema,
  eventsPerUser: histogramSchema,
  eventsPerUserQuantiles: z.object({ min: z.number(), p25: z.number(), median: z.number(), p75: z.number(), max: z.number() }),
  ratings: z.array(shareSchema),
  genres: z.array(shareSchema),
  /** The twenty most rated titles. */
  popularItems: z.array(shareSchema),
  firstEventAtMs: z.number(),
  lastEventAtMs: z.number(),
  /** Training examples with a full window of N events before the label, and users with at least one. */
  trainingExamples: z.array(z.object({ historyLength: z.number(), examples: z.number(), users: z.number() })),
});
export type DatasetReport = z.infer<typeof datasetReportSchema>;

export const userSummarySchema = z.object({
  /** Dense index, 0-based: the `UserId`. */
  userId: z.number().int(),
  /** The user's id as the source file has it. */
  externalId: z.string(),
  events: z.number().int(),
  firstEventAtMs: z.number(),
  lastEventAtMs: z.number(),
});
export type UserSummary = z.infer<typeof userSummarySchema>;

export const timelineEventSchema = z.object({
  itemId: z.number().int(),
  title: z.string(),
  genre: z.string(),
  rating: z.string(),
  timestampMs: z.number(),
});
export type TimelineEvent = z.infer<typeof timelineEventSchema>;

/** What can be known of a folder or file before it is imported. */
export const importPreviewSchema = z.object({
  path: z.string(),
  format: datasetFormatSchema,
  suggestedName: z.string(),
  files: z.array(z.object({ name: z.string(), sizeBytes: z.number() })),
  columns: z.array(z.string()),
  /** The first rows (at most 100) as they stand in the file. */
  rows: z.array(z.array(z.string())),
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

export const importProgressSchema = z.object({
  importId: z.string(),
  name: z.string(),
  phase: z.enum(['reading', 'sorting', 'packing', 'saving', 'done', 'failed', 'cancelled']),
  /** Rows processed so far and, once known, in all. */
  rows: z.number(),
  totalRows: z.number().nullable(),
  rowsPerSecond: z.number().nullable(),
  remainingSeconds: z.number().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type ImportProgress = z.infer<typeof importProgressSchema>;
