import { z } from 'zod';
import { datasetNameSchema } from './dataset.ts';
import { modelNameSchema } from './model.ts';
import { runStatusSchema } from './run.ts';

/** How much is computed: minutes on two cores, an evening, or what the paper did. */
export const reproductionSizeSchema = z.enum(['smoke', 'small', 'paper']);
export type ReproductionSize = z.infer<typeof reproductionSizeSchema>;

/** What the tables are computed on. */
export const reproductionRequestSchema = z.object({
  size: reproductionSizeSchema.default('smoke'),
  /** For next item and favourite category. */
  dataset: datasetNameSchema,
  /** For review generation: a dataset with texts; null leaves those rows as gaps. */
  reviewDataset: datasetNameSchema.nullable().default(null),
  /** A pretrained language model of the workspace; null: a small one from scratch. */
  languageModel: modelNameSchema.nullable().default(null),
  seeds: z.number().int().min(1).max(20).default(1),
});
export type ReproductionRequest = z.output<typeof reproductionRequestSchema>;

/** One cell: the mean over the seeds that are done, and what the paper reports where its number is at hand. */
export const reproducedCellSchema = z.object({
  /** Null: not run yet, or nothing that this row has. */
  value: z.union([z.number(), z.string()]).nullable(),
  /** Standard deviation over seeds (n - 1); null for fewer than two. */
  deviation: z.number().nullable(),
  /** `done`; `gap`: a run is missing; `none`: this row has no such value. */
  state: z.enum(['done', 'gap', 'none']),
  paper: z.union([z.number(), z.string()]).nullable(),
});
export type ReproducedCell = z.infer<typeof reproducedCellSchema>;

export const reproducedRowSchema = z.object({
  label: z.string(),
  cells: z.array(reproducedCellSchema),
  /** Experiments that the row needs, by key, one a seed. Empty where nothing has to run. */
  experiments: z.array(z.string()),
});

export const reproducedColumnSchema = z.object({
  key: z.string(),
  label: z.string(),
  /** How numbers of this column are written. */
  format: z.enum(['share', 'score', 'count', 'number', 'text']),
});
export type ReproducedColumn = z.infer<typeof reproducedColumnSchema>;

export const reproducedTableSchema = z.object({
  /** `table-2`, `figure-4`. */
  id: z.string(),
  /** What the paper calls it: "Table 2"; null for what goes beyond the paper. */
  paper: z.string().nullable(),
  title: z.string(),
  columns: z.array(reproducedColumnSchema),
  rows: z.array(reproducedRowSchema),
  /** Where sizes differ from the paper's, and where the paper contradicts itself. */
  notes: z.array(z.string()),
});
export type ReproducedTable = z.infer<typeof reproducedTableSchema>;

/** An experiment that some table needs, and the run that did it or is at it. */
export const reproductionExperimentSchema = z.object({
  key: z.string(),
  name: z.string(),
  /** The experiment file. */
  text: z.string(),
  tables: z.array(z.string()),
  run: z.object({ id: z.string(), status: runStatusSchema }).nullable(),
});
export type ReproductionExperiment = z.infer<typeof reproductionExperimentSchema>;

export const reproductionSchema = z.object({
  request: reproductionRequestSchema,
  tables: z.array(reproducedTableSchema),
  experiments: z.array(reproductionExperimentSchema),
});
export type Reproduction = z.infer<typeof reproductionSchema>;
