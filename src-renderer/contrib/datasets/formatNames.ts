import { type DatasetFormat, datasetFormatSchema } from '../../../src-shared/dataset.ts';

/** What each format is called by those who publish data in it. */
export const FORMAT_NAMES: Record<DatasetFormat, string> = {
  'movielens-csv': 'MovieLens, CSV (latest, 20M, 25M, 32M)',
  'movielens-dat': 'MovieLens, .dat (1M, 10M)',
  'movielens-100k': 'MovieLens 100K',
  'amazon-2014': 'Amazon Review 2014',
  'amazon-2018': 'Amazon Review 2018',
  'amazon-2023': 'Amazon Review 2023',
  'google-local': 'Google Local 2021',
  table: 'Table (CSV, TSV, JSON lines, Parquet)',
};

/** For a choice of format; the empty value stands for what the content says. */
export function formatChoices(detected: DatasetFormat | null): { value: string; label: string }[] {
  const automatic = detected ? `As detected: ${FORMAT_NAMES[detected]}` : 'As detected';
  return [
    { value: '', label: automatic },
    ...datasetFormatSchema.options.map((format) => ({ value: format, label: FORMAT_NAMES[format] })),
  ];
}
