import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatMetric, formatSeconds, formatShort } from '../../src-main/hosts/cli/numbers.ts';
import { createProgress } from '../../src-main/hosts/cli/progress.ts';
import { pairedTestsText } from '../../src-main/hosts/cli/runTexts.ts';
import { formatPairs, formatTable } from '../../src-main/hosts/cli/table.ts';

describe('printed numbers', () => {
  it('are short and carry their unit', () => {
    expect([0, 999, 14_600_000, 3.734e9].map(formatShort)).toEqual(['0', '999', '14.6 M', '3.73 G']);
    expect([0, 512, 139 * 2 ** 20, 1.5 * 2 ** 30].map(formatBytes)).toEqual(['0 bytes', '512 bytes', '139 MiB', '1.5 GiB']);
    expect([0.32, 12.6, 75, 3675].map(formatSeconds)).toEqual(['0.3 s', '13 s', '1:15', '1:01:15']);
    expect(formatCount(1234567)).toBe('1,234,567');
  });

  it('show an interval where a metric has one', () => {
    expect(formatMetric({ value: 0.31, n: 200, low: 0.25, high: 0.37 })).toBe('0.3100 [0.2500, 0.3700]');
    expect(formatMetric({ value: 1.75, n: 200, low: 1.75, high: 1.75 })).toBe('1.7500');
  });
});

describe('printed tables', () => {
  it('stand in columns, also with wide letters', () => {
    const columns = [{ title: 'Title' }, { title: 'Events', align: 'right' as const }];
    expect(
      formatTable(columns, [
        ['Heat', '7'],
        ['千と千尋', '1,200'],
      ]),
    ).toBe('Title     Events\n--------  ------\nHeat           7\n千と千尋   1,200\n');
    expect(
      formatPairs([
        ['Run', 'a'],
        ['Status', 'done'],
      ]),
    ).toBe('Run     a\nStatus  done\n');
  });
});

describe('printed paired tests', () => {
  const comparison = { columns: [], rows: ['a', 'b', 'c'].map((id) => ({ id, name: `run ${id}` })) };
  const test = (runId: string, metric: string, difference: number, pValue: number) => ({ runId, metric, difference, pValue, n: 1200 });

  it('have a row a metric and a column a run that was tested', () => {
    const tests = [test('b', 'recall@10', 0.0125, 0.0301), test('b', 'testLoss', -0.2, 0.0001)];
    expect(pairedTestsText(tests, comparison, 'run a')).toBe(
      [
        '',
        'Paired randomisation test on the same test users, two-sided:',
        'Minus run a                     run b',
        '-----------  ------------------------',
        'recall@10    +0.0125 p 0.0301 n 1,200',
        'testLoss     -0.2000 p 0.0001 n 1,200',
        '',
      ].join('\n'),
    );
  });

  it('are left out where there are none', () => {
    expect(pairedTestsText([], comparison, 'run a')).toBe('');
  });
});

describe('progress', () => {
  function collect(isTTY: boolean) {
    const written: string[] = [];
    const progress = createProgress({ isTTY, columns: 60, write: (text: unknown) => written.push(String(text)) > 0 });
    return { progress, written };
  }

  it('is a line now and then where there is no terminal', () => {
    const { progress, written } = collect(false);
    for (let step = 0; step <= 100; step++) progress.update('Fine-tuning', step / 100, `${step}/100`);
    progress.note('Fine-tuning: 3 s');
    expect(written).toEqual([
      'Fine-tuning  0%  0/100\n',
      'Fine-tuning  25%  25/100\n',
      'Fine-tuning  50%  50/100\n',
      'Fine-tuning  75%  75/100\n',
      'Fine-tuning  100%  100/100\n',
      'Fine-tuning: 3 s\n',
    ]);
  });

  it('is one bar on a terminal, gone before a line that stays', () => {
    const { progress, written } = collect(true);
    progress.update('Importing', 0.5, '10 rows');
    progress.note('done');
    expect(written).toEqual(['\r\x1b[2KImporting  [############............]  50%  10 rows', '\r\x1b[2K', 'done\n']);
  });
});
