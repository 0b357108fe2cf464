import { z } from 'zod';
import { FIRST_VALUE_ID } from './ids.ts';

/** Formats an importer exists for. */
export const datasetFormatSchema = z.enum([
  'movielens-csv',
  'movielens-dat',
  'movielens-100k',
  'amazon-2014',
  'amazon-2018',
  'amazon-2023',
  'google-local',
  'table',
]);
export type DatasetFormat = z.infer<typeof datasetFormatSchema>;

/** What the field calls the kind of an item: films have genres; places, products and anything else have categories. */
export type CategoryNoun = 'genre' | 'category';
export function categoryNoun({ format }: { readonly format: DatasetFormat }): CategoryNoun {
  return format.startsWith('movielens') ? 'genre' : 'category';
}

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
  /** What people wrote with an event (review summary, review), kept as text. */
  textFeatures: z.array(z.string()),
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

/** Different genres or categories of the items; a vocabulary begins with `[PAD]` and `[OOV]`. */
export function countCategories({ features }: Pick<DatasetSummary, 'features'>): number {
  const genre = features.find(({ name }) => name === 'genre');
  return genre ? genre.vocabularySize - FIRST_VALUE_ID : 0;
}

/** A histogram for the dataset overview: `counts[i]` values lie in [edges[i], edges[i + 1]). */
export const histogramSchema = z.object({ edges: z.array(z.number()), counts: z.array(z.number()) });
export type Histogram = z.infer<typeof histogramSchema>;
export const shareSchema = z.object({ value: z.string(), count: z.number().int() });

/** Rows rejected for one reason; where the reasons name different values, an ellipsis stands for them. */
export const rejectionGroupSchema = z.object({
  reason: z.string(),
  count: z.number().int(),
  /** The first places (at most 3). */
  examples: z.array(z.object({ file: z.string(), line: z.number().int() })),
});
export type RejectionGroup = z.infer<typeof rejectionGroupSchema>;

/** What is counted in the timelines of a dataset, or of a view of it. */
export const datasetStatisticsSchema = z.object({
  eventsPerUser: histogramSchema,
  eventsPerUserQuantiles: z.object({
    min: z.number(),
    p25: z.number(),
    median: z.number(),
    p75: z.number(),
    p95: z.number(),
    max: z.number(),
  }),
  /** Items of the catalogue by the number of their events, those without any included. */
  eventsPerItem: histogramSchema,
  itemsWithEvents: z.number().int(),
  ratings: z.array(shareSchema),
  genres: z.array(shareSchema),
  /** The twenty most rated titles. */
  popularItems: z.array(shareSchema),
  /** Events on an item that the same user has met before; and those of them at the very time of the last one. */
  duplicates: z.object({ sameItem: z.number().int(), sameItemAndTime: z.number().int() }),
  firstEventAtMs: z.number(),
  lastEventAtMs: z.number(),
  /** Edges in milliseconds since 1970: days, months, quarters or years (UTC). */
  eventTimes: histogramSchema,
  /** Training examples with a full window of N events before the label, and users with at least one. */
  trainingExamples: z.array(z.object({ historyLength: z.number(), examples: z.number(), users: z.number() })),
  /** Users with at least so many events, the items they met, and their training examples at N = 50: to set beside the paper's Table 1. */
  minEvents: z.array(
    z.object({ minEvents: z.number().int(), users: z.number().int(), itemsWithEvents: z.number().int(), examples: z.number().int() }),
  ),
});
export type DatasetStatistics = z.infer<typeof datasetStatisticsSchema>;

/** What the dataset editor shows. */
export const datasetReportSchema = datasetStatisticsSchema.extend({
  /** Of a view: with the view's users, events and fingerprint. */
  summary: datasetSummarySchema,
  rejectionGroups: z.array(rejectionGroupSchema),
  /** Names of other datasets with the same content. */
  sameContent: z.array(z.string()),
});
export type DatasetReport = z.infer<typeof datasetReportSchema>;

/** The share (0 to 1) of user and item pairs without an event; `items` counts the whole catalogue. */
export function sparsityOf({ summary: { users, items, events }, duplicates }: Pick<DatasetReport, 'summary' | 'duplicates'>): number {
  return 1 - (events - duplicates.sameItem) / Math.max(1, users * items);
}

/** Table 1 of the paper (arXiv 2402.13598): users, items (PAD and OOV included) and training examples. */
export const PAPER_TABLE_1 = [
  { dataset: 'MovieLens 20M', family: 'movielens', users: 82_977, items: 27_280, examples: 13_821_405 },
  { dataset: 'Google Local, New York', family: 'google', users: 80_080, items: 270_721, examples: 3_387_375 },
  { dataset: 'Amazon Movies and TV', family: 'amazon', users: 5756, items: 177_978, examples: 357_258 },
] as const;

/** The rows of Table 1 to compare a dataset with: those of its own kind, or all where it is of another. */
export function paperCounts({ format }: Pick<DatasetSummary, 'format'>): readonly (typeof PAPER_TABLE_1)[number][] {
  const own = PAPER_TABLE_1.filter(({ family }) => format.startsWith(family));
  return own.length > 0 ? own : PAPER_TABLE_1;
}

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

export const itemSummarySchema = z.object({
  /** Place in the catalogue, 0-based: the `ItemId`. */
  itemId: z.number().int(),
  /** The item's id as the source file has it. */
  externalId: z.string(),
  title: z.string(),
  genre: z.string(),
  events: z.number().int(),
});
export type ItemSummary = z.infer<typeof itemSummarySchema>;

export const timelineEventSchema = z.object({
  itemId: z.number().int(),
  title: z.string(),
  genre: z.string(),
  rating: z.string(),
  timestampMs: z.number(),
});
export type TimelineEvent = z.infer<typeof timelineEventSchema>;

/** How a column of times is written. Dates without a zone are UTC. */
export const timeFormatSchema = z.enum(['seconds', 'milliseconds', 'microseconds', 'iso', 'month-first', 'day-first']);
export type TimeFormat = z.infer<typeof timeFormatSchema>;

const optionalColumn = z.string().min(1).nullable().default(null);

/** Which column of a table is what. */
export const tableMappingSchema = z.strictObject({
  user: z.string().min(1),
  item: z.string().min(1),
  /** null: events have no time, and a user's are in the order of the file. */
  time: optionalColumn,
  /** null: as the first rows suggest. */
  timeFormat: timeFormatSchema.nullable().default(null),
  rating: optionalColumn,
  category: optionalColumn,
  /** What separates the categories of one item within the column, if anything does. */
  categorySeparator: z.string().min(1).nullable().default(null),
  title: optionalColumn,
  /** Columns that are kept as text: what people wrote. */
  texts: z.array(z.string().min(1)).default([]),
  /** Further columns that become features of events, each with a vocabulary. */
  features: z.array(z.string().min(1)).default([]),
});
export type TableMapping = z.infer<typeof tableMappingSchema>;

/** What names and content of columns suggest; null where nothing looks like a user or an item. */
export const tableGuessSchema = tableMappingSchema.extend({ user: z.string().nullable(), item: z.string().nullable() });
export type TableGuess = z.infer<typeof tableGuessSchema>;

/** What can be known of a folder or file before it is imported. */
export const importPreviewSchema = z.object({
  path: z.string(),
  format: datasetFormatSchema,
  suggestedName: z.string(),
  files: z.array(z.object({ name: z.string(), sizeBytes: z.number() })),
  columns: z.array(z.string()),
  /** The first rows (at most 100) as they stand in the file. */
  rows: z.array(z.array(z.string())),
  /** The line of the first of them: 2 below a header. */
  firstLine: z.number().int(),
  /** Of a table: which column is what, as far as it can be guessed. null for formats that need no mapping. */
  mapping: tableGuessSchema.nullable(),
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

/** How far the events of a dataset are written to a file. */
export const exportProgressSchema = z.object({
  exportId: z.string(),
  /** The dataset's name. */
  name: z.string(),
  phase: z.enum(['writing', 'packing', 'done', 'failed', 'cancelled']),
  events: z.number(),
  totalEvents: z.number(),
});
export type ExportProgress = z.infer<typeof exportProgressSchema>;
