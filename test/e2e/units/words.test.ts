import { describe, expect, it } from 'vitest';
import {
  type ComparisonColumn,
  type ComparisonRow,
  deltaOf,
  exportTable,
  isBetter,
  isClear,
  isMarked,
  pText,
  shownColumns,
  testOf,
} from '../../../src-renderer/contrib/comparison/comparisonTable.ts';
import { metricLabel } from '../../../src-renderer/state/metricNames.ts';
import { toCsv, toMarkdown } from '../../../src-renderer/widgets/charts/exportTables.ts';
import { formatBytes, formatDelta, formatDuration, formatFlops, formatNumber } from '../../../src-renderer/widgets/format.ts';
import { fuzzyMatch } from '../../../src-renderer/workbench/fuzzy.ts';

const metric = (value: number, half: number) => ({ value, n: 610, low: value - half, high: value + half });
const columns: ComparisonColumn[] = [
  { key: 'name', label: 'Run', kind: 'text' },
  { key: 'config.seed', label: 'seed', kind: 'config' },
  { key: 'metric.recall@10', label: 'recall@10', kind: 'metric' },
  { key: 'metric.testLoss', label: 'testLoss', kind: 'metric' },
];
const recall = columns[2]!;
const testLoss = columns[3]!;
const base: ComparisonRow = {
  id: 'a',
  name: 'a',
  'config.seed': 1,
  'metric.recall@10': metric(0.1, 0.01),
  'metric.testLoss': metric(2.5, 0.1),
};
const other: ComparisonRow = {
  id: 'b',
  name: 'b',
  'config.seed': 1,
  'metric.recall@10': metric(0.15, 0.01),
  'metric.testLoss': metric(2.4, 0.1),
};

describe('a comparison', () => {
  it('subtracts the baseline, and knows which way is better and whether the intervals part', () => {
    expect(deltaOf(recall, other, base)).toBeCloseTo(0.05, 12);
    expect(deltaOf(recall, base, base)).toBeNull();
    expect(isBetter(recall, 0.05)).toBe(true);
    expect(isBetter(testLoss, -0.1)).toBe(true);
    expect(isBetter(testLoss, 0.1)).toBe(false);
    expect(isClear(recall, other, base)).toBe(true);
    expect(isClear(testLoss, other, base)).toBe(false);
    const withoutInterval = { ...other, 'metric.recall@10': metric(0.9, 0) };
    expect(isClear(recall, withoutInterval, base)).toBe(false);
  });

  it('believes the paired test where there is one, and the intervals where there is none', () => {
    const test = (metric: string, pValue: number) => ({ runId: 'b', metric, difference: 0.05, pValue, n: 610 });
    const tests = [test('recall@10', 0.2), test('testLoss', 0.03)];
    expect(testOf(recall, other, tests)).toEqual(tests[0]);
    expect(testOf(recall, base, tests)).toBeNull();
    expect(testOf(columns[1]!, other, tests)).toBeNull();
    expect(isMarked(recall, other, base, tests)).toBe(false);
    expect(isMarked(testLoss, other, base, tests)).toBe(true);
    expect(isMarked(recall, other, base, [])).toBe(true);
    expect([0.0314, 0.0001, 1].map((pValue) => pText(test('recall@10', pValue)))).toEqual(['p .031', 'p < .001', 'p 1.000']);
  });

  it('hides columns in which all runs agree, and puts results before settings', () => {
    const comparison = { columns, rows: [base, other] };
    expect(shownColumns(comparison, true).map((column) => column.key)).toEqual(['name', 'metric.recall@10', 'metric.testLoss']);
    expect(shownColumns(comparison, false).map((column) => column.key)).toEqual([
      'name',
      'metric.recall@10',
      'metric.testLoss',
      'config.seed',
    ]);
  });

  it('exports values with interval, sample size and difference', () => {
    const test = { runId: 'b', metric: 'recall@10', difference: 0.05, pValue: 0.03, n: 610 };
    const table = exportTable([columns[0]!, recall], [base, other], base, [test]);
    expect(table.columns).toEqual([
      'Run',
      'Recall@10',
      'Recall@10 low',
      'Recall@10 high',
      'Recall@10 n',
      'Recall@10 minus baseline',
      'Recall@10 paired p',
    ]);
    expect(table.rows[0]!.slice(0, 2)).toEqual(['a', 0.1]);
    expect(table.rows[0]!.slice(-2)).toEqual([null, null]);
    expect(table.rows[1]!.at(-2)).toBeCloseTo(0.05, 12);
    expect(table.rows[1]!.at(-1)).toBe(0.03);
  });
});

describe('exports', () => {
  it('quote what CSV and Markdown would misread', () => {
    const table = {
      columns: ['a', 'b'],
      rows: [
        ['x, "y"', null],
        ['p|q', 2],
      ],
    };
    expect(toCsv(table)).toBe('a,b\r\n"x, ""y""",\r\np|q,2\r\n');
    expect(toMarkdown(table)).toBe('| a | b |\n| --- | --- |\n| x, "y" |  |\n| p\\|q | 2 |\n');
  });
});

describe('the palette', () => {
  it('matches letters in order and words in any order, and prefers whole words', () => {
    expect(fuzzyMatch('shw cmd', 'Help: Show all commands')).not.toBeNull();
    expect(fuzzyMatch('theme colour', 'Preferences: Colour theme')).not.toBeNull();
    expect(fuzzyMatch('xyz', 'Preferences: Colour theme')).toBeNull();
    const whole = fuzzyMatch('run', 'Runs: Open')!;
    const scattered = fuzzyMatch('run', 'Refresh user names')!;
    expect(whole.score).toBeGreaterThan(scattered.score);
  });
});

describe('numbers', () => {
  it('are written for people', () => {
    expect([0.136, 0.00002314, 12345.6, 0].map(formatNumber)).toEqual(['0.136', '2.31e-5', '12,346', '0']);
    expect([formatDelta(0.0128), formatDelta(-0.5), formatDelta(0)]).toEqual(['+0.0128', '−0.5', '±0']);
    expect([formatDuration(3.21), formatDuration(75), formatDuration(7380)]).toEqual(['3.2 s', '1 min 15 s', '2 h 3 min']);
    expect([formatBytes(512), formatBytes(2_483_723)]).toEqual(['512 bytes', '2.4 MB']);
    expect(formatFlops(9.31e12)).toBe('9.31 TFLOP');
    expect(metricLabel('encoder.unfiltered.hr@10')).toBe('HR@10 (encoder, unfiltered)');
    expect(metricLabel('fused.mrr@10')).toBe('MRR@10 (fused)');
    expect(metricLabel('repeatLast.recall@5')).toBe('Recall@5 (repeat last)');
    expect(metricLabel('popularity.unfiltered.ndcg@5')).toBe('NDCG@5 (popularity, unfiltered)');
    expect(metricLabel('rougeLsum')).toBe('ROUGE-Lsum');
    expect(metricLabel('majority.rouge1')).toBe('ROUGE-1 (majority)');
    expect(metricLabel('retention.kl.userOff')).toBe('KL divergence, user off (retention)');
    expect(metricLabel('retention.basePerplexity')).toBe('Perplexity before (retention)');
  });
});
