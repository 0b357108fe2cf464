import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src-main/experiment/parse.ts';
import { experimentFileJsonSchema, sweepPaths } from '../../src-shared/sweep.ts';

interface Schema {
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  additionalProperties?: unknown;
}

/** Every option of the experiment file by its path, sections included. */
const OPTIONS = [...sweepPaths()] as [string, Schema][];

/** An experiment file with one key at the place of an option. */
function fileWith(path: readonly string[], key: string, value: unknown): string {
  const inner: Record<string, unknown> = { [key]: value };
  const written = path.slice(0, -1).reduceRight((object, section) => ({ [section]: object }), inner);
  return JSON.stringify({ dataset: 'films', ...written });
}

/** The objects that a schema describes: itself, or those among its alternatives. */
const objectsOf = (schema: Schema): Schema[] => [schema, ...(schema.anyOf ?? [])].filter(({ properties }) => properties);

describe('every option of the experiment file', () => {
  it('is found: more than a hundred paths', () => {
    expect(OPTIONS.length).toBeGreaterThan(100);
  });

  it.each(OPTIONS)('%s is explained where it is hovered', (_, schema) => {
    const texts = [schema, ...(schema.anyOf ?? [])].map(({ description }) => description ?? '');
    expect(texts.some((text) => text.length > 10)).toBe(true);
  });

  it.each(OPTIONS)('%s is refused where it is misspelt, and named', (path) => {
    const segments = path.split('.');
    const key = segments.at(-1)!;
    const { experiment, problems } = parseExperiment(fileWith(segments, `${key}${key.at(-1)}`, null));
    expect(experiment).toBeNull();
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toContain(`did you mean "${key}"?`);
  });

  it('is completed: editors know no other keys than these, in any section', () => {
    const paths: string[] = [];
    const walk = (schema: Schema, prefix: string) => {
      for (const object of objectsOf(schema)) {
        expect(object.additionalProperties).toBe(false);
        for (const [key, inner] of Object.entries(object.properties!)) {
          if (prefix === '' && ['sweep', '$schema', 'name'].includes(key)) continue;
          paths.push(prefix + key);
          walk(inner, `${prefix}${key}.`);
        }
      }
    };
    walk(experimentFileJsonSchema() as Schema, '');
    expect(paths.sort()).toEqual(OPTIONS.map(([path]) => path).sort());
  });

  it('but for the dataset has a default', () => {
    const { experiment } = parseExperiment('{ "dataset": "films" }');
    const valueAt = (path: string) =>
      path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], experiment);
    const optional = OPTIONS.filter(([path]) => !/^(integration\.perceiver)\./.test(path));
    expect(optional.filter(([path]) => valueAt(path) === undefined).map(([path]) => path)).toEqual([]);
  });
});
