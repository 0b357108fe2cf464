import { describe, expect, it } from 'vitest';
import { type ComparisonColumn, type ComparisonRow, displayTable } from '../../../src-renderer/contrib/comparison/comparisonTable.ts';
import { shownSettings, valueCounts } from '../../../src-renderer/contrib/comparison/configurationRows.ts';
import { seedBand } from '../../../src-renderer/contrib/comparison/seedBands.ts';
import { deviationOf, groupSeeds } from '../../../src-renderer/contrib/comparison/seedGroups.ts';

const columns: ComparisonColumn[] = [
  { key: 'name', label: 'Run', kind: 'text' },
  { key: 'config.seed', label: 'seed', kind: 'config' },
  { key: 'config.integration.gated', label: 'integration.gated', kind: 'config' },
  { key: 'metric.recall@10', label: 'recall@10', kind: 'metric' },
];
const metric = (value: number) => ({ value, n: 610, low: value - 0.01, high: value + 0.01 });
const row = (id: string, seed: number, gated: boolean, recall: number | null): ComparisonRow => ({
  id,
  name: id,
  'config.seed': seed,
  'config.integration.gated': gated,
  'metric.recall@10': recall === null ? null : metric(recall),
});

describe('groupSeeds', () => {
  const { comparison, members } = groupSeeds({
    columns,
    rows: [row('a1', 1, true, 0.1), row('b1', 1, false, 0.3), row('a2', 2, true, 0.2), row('a3', 3, true, null)],
  });

  it('makes one row of runs that differ in their seed alone, and never mixes other settings', () => {
    expect(comparison.rows.map(({ name }) => name)).toEqual(['a1 (3 seeds)', 'b1']);
    expect(comparison.columns.map(({ key }) => key)).not.toContain('config.seed');
    expect(members).toEqual(
      new Map([
        ['a1', ['a1', 'a2', 'a3']],
        ['b1', ['b1']],
      ]),
    );
  });

  it('gives mean and sample standard deviation of the seeds that have the metric', () => {
    const cell = comparison.rows[0]!['metric.recall@10'] as ReturnType<typeof metric>;
    expect(cell.value).toBeCloseTo(0.15);
    expect(cell.n).toBe(2);
    // statistics.stdev([0.1, 0.2]) = 0.07071067811865475
    expect(deviationOf(cell)).toBeCloseTo(0.07071067811865475);
    const single = comparison.rows[1]!['metric.recall@10'] as ReturnType<typeof metric>;
    expect(single).toEqual({ value: 0.3, n: 1, low: 0.3, high: 0.3 });
    expect(deviationOf(single)).toBeNull();
  });
});

describe('seedBand', () => {
  const a = { steps: [0, 10, 20], values: [4, 2, 1] };
  const b = { steps: [0, 5, 15, 25], values: [6, 5, 3, 2] };

  it('is the mean of the seeds and their range, each read between its own points, as far as all go', () => {
    // b at 10: 4, at 20: 2.5
    expect(seedBand([a, b], 'range')).toEqual({ steps: [0, 10, 20], mean: [5, 3, 1.75], low: [4, 2, 1], high: [6, 4, 2.5] });
    expect(seedBand([a, { steps: [5, 15], values: [1, 1] }], 'range').steps).toEqual([10]);
  });

  it('is one standard deviation or error on either side when that is chosen', () => {
    const std = Math.sqrt(2);
    expect(seedBand([a, b], 'std').high[0]).toBeCloseTo(5 + std);
    expect(seedBand([a, b], 'error').low[0]).toBeCloseTo(5 - std / Math.sqrt(2));
  });

  it('is a confidence interval by Student’s t for few and for many seeds', () => {
    expect(seedBand([a, b], 'interval').high[0]).toBeCloseTo(5 + (12.706 * Math.sqrt(2)) / Math.sqrt(2));
    const many = Array.from({ length: 32 }, (_, at) => ({ steps: [0], values: [at % 2] }));
    const std = Math.sqrt(32 / 4 / 31);
    // 2.0395 is the quantile for 31 degrees of freedom.
    expect(seedBand(many, 'interval').high[0]).toBeCloseTo(0.5 + (2.0395 * std) / Math.sqrt(32), 3);
  });
});

describe('displayTable', () => {
  it('writes metrics with their difference to the baseline, and an asterisk where it counts', () => {
    const rows = [row('a', 1, true, 0.25), row('b', 1, true, 0.125)];
    const tests = [{ runId: 'a', metric: 'recall@10', difference: 0.125, pValue: 0.01, n: 610 }];
    expect(displayTable(columns, rows, rows[1], tests, false)).toEqual({
      columns: ['Run', 'seed', 'gated', 'Recall@10'],
      rows: [
        ['a', '1', 'true', '0.25 (+0.125*)'],
        ['b', '1', 'true', '0.125'],
      ],
    });
  });

  it('writes mean and deviation of seeds', () => {
    const { comparison } = groupSeeds({ columns, rows: [row('a', 1, true, 0.25), row('b', 2, true, 0.25)] });
    expect(displayTable(comparison.columns, comparison.rows, undefined, [], true).rows).toEqual([['a (2 seeds)', 'true', '0.25 ± 0']]);
  });
});

describe('configurations', () => {
  const setting = (key: string, ...values: (string | number | boolean | null)[]) => ({ key, values, differs: new Set(values).size > 1 });
  const settings = [
    setting('encoder.dModel', 64, 128, 64),
    setting('encoder.dropout', 0.2, 0.2, 0.2),
    setting('strategy', 'full', null, 'lora'),
  ];
  const keys = (options: Parameters<typeof shownSettings>[1]) => shownSettings(settings, options).map(({ key }) => key);

  it('show what differs, or everything', () => {
    expect(keys({ onlyDifferences: true, search: '' })).toEqual(['encoder.dModel', 'strategy']);
    expect(keys({ onlyDifferences: false, search: '' })).toHaveLength(3);
  });

  it('are found by words of their path and by values', () => {
    expect(keys({ onlyDifferences: false, search: 'ENCODER 0.2' })).toEqual(['encoder.dropout']);
    expect(keys({ onlyDifferences: false, search: 'lora' })).toEqual(['strategy']);
  });

  it('of very many runs are summed up by value, the most frequent first', () => {
    expect(valueCounts(settings[0]!)).toBe('64 ×2, 128 ×1');
    expect(valueCounts(settings[2]!)).toBe('full ×1, – ×1, lora ×1');
  });
});
