import type { Comparison, Configurations, RunDetail } from '../../src-shared/run.ts';

type Column = Comparison['columns'][number];
type Row = Comparison['rows'][number];

/** A nested configuration as `section.key` -> value; lists become one value. */
export function flattenConfig(config: Record<string, unknown>, prefix = ''): Map<string, string | number | boolean | null> {
  const flat = new Map<string, string | number | boolean | null>();
  for (const [key, value] of Object.entries(config)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (isRecord(value)) for (const entry of flattenConfig(value, path)) flat.set(...entry);
    else flat.set(path, isPlain(value) ? value : JSON.stringify(value));
  }
  return flat;
}

/**
 * Runs side by side, in the order given: name, status, the configuration values in which they differ, the metrics that any
 * of them has. Column keys: `name`, `status`, `config.<path>`, `metric.<name>`; every row also holds the run's `id`.
 * A value that a run does not have is null.
 */
export function compareRuns(runs: readonly RunDetail[]): Comparison {
  const configs = runs.map((run) => flattenConfig(run.config));
  const differing = keysOf(configs).filter((key) => differs(key, configs));
  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))];
  const columns: Column[] = [
    { key: 'name', label: 'Run', kind: 'text' },
    { key: 'status', label: 'Status', kind: 'text' },
    ...differing.map((key): Column => ({ key: `config.${key}`, label: key, kind: 'config' })),
    ...metrics.map((name): Column => ({ key: `metric.${name}`, label: name, kind: 'metric' })),
  ];
  const rows = runs.map((run, index): Row => {
    const row: Row = { id: run.id, name: run.name, status: run.status };
    for (const key of differing) row[`config.${key}`] = configs[index]!.get(key) ?? null;
    for (const name of metrics) row[`metric.${name}`] = run.metrics[name] ?? null;
    return row;
  });
  return { columns, rows };
}

/** Every setting of every run, defaults included, and whether two runs differ in it or only one has it. */
export function compareConfigurations(runs: readonly RunDetail[]): Configurations {
  const configs = runs.map((run) => flattenConfig(run.config));
  const settings = keysOf(configs).map((key) => ({
    key,
    values: configs.map((config) => config.get(key) ?? null),
    differs: differs(key, configs),
  }));
  return { runs: runs.map(({ id, name }) => ({ id, name })), settings };
}

type FlatConfig = ReturnType<typeof flattenConfig>;

/** The name has its own column. */
function keysOf(configs: readonly FlatConfig[]): string[] {
  return [...new Set(configs.flatMap((config) => [...config.keys()]))].filter((key) => key !== 'name' && key !== '$schema');
}

function differs(key: string, configs: readonly FlatConfig[]): boolean {
  return new Set(configs.map((config) => config.get(key))).size > 1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
