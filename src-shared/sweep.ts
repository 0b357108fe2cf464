import { z } from 'zod';
import { experimentJsonSchema } from './experiment.ts';
import { runStatusSchema, stageNameSchema } from './run.ts';

/**
 * `sweep` in an experiment file: lists of values by dotted path, such as `{ "seed": [1, 2, 3], "strategy": ["full", "lora"] }`. Every
 * combination is a run; the last path varies fastest (docs/adr/0019-a-sweep-is-a-cross-product.md).
 */
export const SWEEP_KEY = 'sweep';
/** Runs of one sweep at most. */
export const MOST_SWEEP_RUNS = 256;

/** What a sweep comes to before it runs. */
export const sweepPreviewSchema = z.object({
  runs: z.array(z.object({ name: z.string(), label: z.string() })),
  varied: z.array(z.object({ path: z.string(), values: z.array(z.string()) })),
  /** Pretraining stages: how many runs need one, and how many times it is trained, because equal ones are shared. */
  pretraining: z.array(z.object({ stage: stageNameSchema, runs: z.number().int(), trainings: z.number().int() })),
});
export type SweepPreview = z.infer<typeof sweepPreviewSchema>;

export const sweepPlanSchema = sweepPreviewSchema.extend({
  runs: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      /** The experiment file of this run alone. */
      text: z.string(),
      /** The run that did this experiment on this data before, or is at it. */
      run: z.object({ id: z.string(), status: runStatusSchema }).nullable(),
    }),
  ),
  /** Name of the sweep: that of the experiment. */
  name: z.string(),
});
export type SweepPlan = z.infer<typeof sweepPlanSchema>;

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Paths that say nothing about what is computed. */
const NOT_SWEPT = new Set(['name', '$schema']);

/** Every dotted path that may be swept, with the schema of its values. */
export function sweepPaths(): ReadonlyMap<string, JsonSchema> {
  knownPaths ??= new Map(pathsUnder(experimentJsonSchema() as JsonSchema, []).filter(([path]) => !NOT_SWEPT.has(path)));
  return knownPaths;
}

/** Made once: the schema never changes, and every check of a file asks for its paths. */
let knownPaths: Map<string, JsonSchema> | null = null;

function pathsUnder(schema: JsonSchema, path: readonly string[]): [string, JsonSchema][] {
  const objects = [schema, ...((schema.anyOf ?? []) as JsonSchema[])];
  const properties = objects.flatMap((part) => Object.entries(part.properties ?? {}) as [string, JsonSchema][]);
  return properties.flatMap(([key, inner]) => {
    const inside = [...path, key];
    return [[inside.join('.'), inner] as [string, JsonSchema], ...pathsUnder(inner, inside)];
  });
}

/** JSON Schema of the experiment file with its sweep, for completion and hover; see `experimentJsonSchema`. */
export function experimentFileJsonSchema(models: readonly string[] = []): Record<string, unknown> {
  const schema = experimentJsonSchema(models) as JsonSchema;
  const properties = Object.fromEntries(
    [...sweepPaths()].map(([path, items]) => [path, { type: 'array', minItems: 1, items, ...described(items) }]),
  );
  const description =
    'Lists of values by path, such as "seed": [1, 2, 3]: every combination is a run, and what is the same is trained once.';
  const sweep = { type: 'object', description, properties, additionalProperties: false };
  return { ...schema, properties: { ...schema.properties, [SWEEP_KEY]: sweep } };
}

function described({ description }: JsonSchema) {
  return description === undefined ? {} : { description };
}
