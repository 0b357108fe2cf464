import type { Comparison, MetricValue } from '../../../src-shared/run.ts';
import { type ComparisonRow, isMetric, plainValue } from './comparisonTable.ts';

export interface SeedGroups {
  readonly comparison: Comparison;
  /** Ids of the runs that a row stands for, by the row's id: that of its first run. */
  readonly members: ReadonlyMap<string, string[]>;
}

const SEED = 'config.seed';

/**
 * One row for runs that differ in nothing but their seed, never for others: metrics as mean and sample standard deviation, `low` and `high` one
 * standard deviation from the mean, `n` the number of seeds. A single run has no deviation.
 */
export function groupSeeds({ columns, rows }: Comparison): SeedGroups {
  const settings = columns.filter(({ kind, key }) => kind === 'config' && key !== SEED);
  const groups = new Map<string, ComparisonRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(settings.map((column) => plainValue(row[column.key])));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return {
    comparison: { columns: columns.filter(({ key }) => key !== SEED), rows: [...groups.values()].map((group) => meanRow(group, columns)) },
    members: new Map([...groups.values()].map((group) => [String(group[0]!.id), group.map(({ id }) => String(id))])),
  };
}

function meanRow(group: ComparisonRow[], columns: Comparison['columns']): ComparisonRow {
  const [first] = group;
  const row: ComparisonRow = { ...first!, ...(group.length > 1 && { name: `${first!.name} (${group.length} seeds)` }) };
  for (const { key, kind } of columns) {
    if (kind === 'metric') row[key] = overSeeds(group.map((each) => each[key]).filter(isMetric));
  }
  return row;
}

function overSeeds(values: MetricValue[]): MetricValue | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, { value }) => sum + value, 0) / n;
  const std = n > 1 ? Math.sqrt(values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (n - 1)) : 0;
  return { value: mean, n, low: mean - std, high: mean + std };
}

/** Half of a grouped metric's interval; null for a single seed. */
export function deviationOf({ n, low, high }: MetricValue): number | null {
  return n > 1 ? (high - low) / 2 : null;
}
