import { type DatasetView, datasetViewSchema, effectiveOptions } from '../../../src-shared/datasetView.ts';

/** The options of a view as a person types them; "" leaves the default. */
export type ViewFields = Readonly<Record<keyof DatasetView, string>>;

export const NO_FIELDS: ViewFields = {
  minEventsPerUser: '',
  minEventsPerItem: '',
  from: '',
  until: '',
  minRating: '',
  duplicates: '',
  sampleUsers: '',
  sampleSeed: '',
};

const NUMBERS: readonly (keyof DatasetView)[] = ['minEventsPerUser', 'minEventsPerItem', 'minRating', 'sampleUsers', 'sampleSeed'];

/** @returns the view, or what is wrong with each field */
export function readFields(fields: ViewFields): { view: DatasetView } | { errors: Partial<Record<keyof DatasetView, string>> } {
  const given = (Object.entries(fields) as [keyof DatasetView, string][]).filter(([, text]) => text.trim() !== '');
  const values = given.map(([name, text]) => [name, NUMBERS.includes(name) ? numberOf(text) : text.trim()]);
  const { data, error } = datasetViewSchema.safeParse(Object.fromEntries(values));
  if (data) return { view: data };
  return { errors: Object.fromEntries(error.issues.toReversed().map((issue) => [String(issue.path[0]), issue.message])) };
}

/** What is no number stays text, which the schema refuses in words. */
function numberOf(text: string): number | string {
  const value = Number(text.trim().replaceAll(',', ''));
  return Number.isNaN(value) ? text : value;
}

/** The section of an experiment file that describes the view; null for the whole dataset. */
export function dataSection(view: DatasetView): string | null {
  const names = Object.keys(effectiveOptions(view)) as (keyof DatasetView)[];
  if (names.length === 0) return null;
  return `"data": { ${names.map((name) => `"${name}": ${JSON.stringify(view[name])}`).join(', ')} }`;
}
