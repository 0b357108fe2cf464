import { z } from 'zod';

const minimum = z.number().int().min(1).max(1_000_000);
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** "2015-06-30" or "2015-06-30T12:00:00Z"; a day alone begins at midnight, UTC. */
const dateSchema = z
  .string()
  .refine((text) => !Number.isNaN(dateMs(text)), 'expected a date such as "2015-06-30" or "2015-06-30T12:00:00Z"')
  .nullable();

/** Milliseconds since 1970 of a date of a view; NaN for anything else. */
export function dateMs(text: string): number {
  if (DAY.test(text)) {
    const ms = Date.parse(`${text}T00:00:00Z`);
    return new Date(ms).toJSON()?.startsWith(text) ? ms : Number.NaN;
  }
  return /^\d{4}-\d{2}-\d{2}T/.test(text) && /(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
}

/**
 * Which events and users of a dataset take part; the data itself stays as it was imported. Every default changes nothing. Applied in the
 * order of time range, rating, duplicates, both minimums together, sample.
 */
export const datasetViewSchema = z
  .strictObject({
    minEventsPerUser: minimum.default(1).describe('Users with fewer events are left out; the paper’s Table 1 fits 52 or 53. 1 = everyone.'),
    minEventsPerItem: minimum
      .default(1)
      .describe('Events on items with fewer events are left out. With minEventsPerUser both are applied until both hold. 1 = every item.'),
    from: dateSchema.default(null).describe('Earlier events are left out: a date such as "2015-06-30" (UTC). null = no limit.'),
    until: dateSchema.default(null).describe('Events at or after this date (UTC) are left out. null = no limit.'),
    minRating: z
      .number()
      .nullable()
      .default(null)
      .describe('Events with a lower rating, or with none that is a number, are left out. null = every event.'),
    duplicates: z
      .enum(['keep', 'same-item', 'same-item-and-time'])
      .default('keep')
      .describe(
        'What of a user’s repeated events stays. keep: all. same-item: the first event on each item. same-item-and-time: the first of those on the same item at the same time.',
      ),
    sampleUsers: z
      .number()
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('At most this many users, drawn by sampleSeed after everything else. null = everyone.'),
    sampleSeed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(1)
      .describe('Equal seeds draw equal users; a smaller sample is a part of a larger one.'),
  })
  .refine((view) => view.from === null || view.until === null || dateMs(view.from) < dateMs(view.until), {
    error: 'from must be before until: nothing lies between them',
    path: ['until'],
  });

export type DatasetView = z.output<typeof datasetViewSchema>;
export type DatasetViewInput = z.input<typeof datasetViewSchema>;

export const WHOLE_DATASET: DatasetView = datasetViewSchema.parse({});

/** The options that change something: {} for the whole dataset. Dates as milliseconds, so that two spellings of a moment are one. */
export function effectiveOptions(view: DatasetView): Record<string, unknown> {
  const { from, until, sampleSeed, ...rest } = view;
  const values: Record<string, unknown> = { ...rest };
  if (from !== null) values.from = dateMs(from);
  if (until !== null) values.until = dateMs(until);
  if (view.sampleUsers !== null) values.sampleSeed = sampleSeed;
  const defaults: Record<string, unknown> = { ...WHOLE_DATASET, sampleSeed: null };
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== defaults[name]));
}

export function isWholeDataset(view: DatasetView): boolean {
  return Object.keys(effectiveOptions(view)).length === 0;
}
