import { describe, expect, it } from 'vitest';
import { costLines, metricNames, tokensOf } from '../../../src-renderer/contrib/efficiency/points.ts';
import type { EfficiencyPoint } from '../../../src-shared/run.ts';
import { makeConfig } from '../fakeData.ts';

const point = (method: EfficiencyPoint['method'], historyLength: number, tokensPerRequest: number): EfficiencyPoint => ({
  method,
  historyLength,
  tokensPerRequest,
  flops: 10 * tokensPerRequest,
  millisecondsPerRequest: historyLength / 10,
});
const efficiency = [
  point('embedding', 50, 4),
  point('text-prompt', 50, 504),
  point('embedding', 100, 4),
  point('text-prompt', 100, 1004),
  point('text-summary', 30, 68),
];
const run = (integration: object, history: object = {}) => ({ config: makeConfig({ integration, history }), efficiency });

describe('tokensOf', () => {
  it("is what was counted for the run's own way of reading the user", () => {
    expect(tokensOf(run({ kind: 'cross-attention' }, { embedded: 100 }))).toEqual({ tokens: 4, estimated: false });
    expect(tokensOf(run({ kind: 'text-prompt' }, { prompted: 50 }))).toEqual({ tokens: 504, estimated: false });
    expect(tokensOf(run({ kind: 'text-summary' }, { prompted: 30 }))).toEqual({ tokens: 68, estimated: false });
    expect(tokensOf(run({ kind: 'none' }, { prompted: 50, embedded: 50 }))).toEqual({ tokens: 4, estimated: false });
  });

  it('lies on the line through its neighbours between counted lengths, and beyond them', () => {
    expect(tokensOf(run({ kind: 'text-prompt' }, { prompted: 75 }))).toEqual({ tokens: 754, estimated: true });
    expect(tokensOf(run({ kind: 'text-prompt' }, { prompted: 10 }))).toEqual({ tokens: 104, estimated: true });
    expect(tokensOf(run({ kind: 'text-prompt' }, { prompted: 200 }))).toEqual({ tokens: 2004, estimated: true });
    expect(tokensOf(run({ kind: 'cross-attention' }, { embedded: 70 }))).toEqual({ tokens: 4, estimated: false });
  });

  it('counts the events in the prompt of a run that also embeds', () => {
    expect(tokensOf(run({ kind: 'cross-attention' }, { embedded: 100, prompted: 50 }))?.tokens).toBe(504);
  });

  it('is nothing for a run that was not measured', () => {
    expect(tokensOf({ ...run({ kind: 'text-prompt' }, { prompted: 50 }), efficiency: [] })).toBeNull();
  });
});

describe('costLines', () => {
  it('has a line for each method, and one for runs whose costs are the same', () => {
    const slower = efficiency.map((each) => ({ ...each, millisecondsPerRequest: 2 * each.millisecondsPerRequest }));
    const runs = [
      { id: 'a', efficiency },
      { id: 'b', efficiency: slower },
    ];
    expect(costLines(runs, 'flops').map(({ runIds, method }) => [runIds.join(), method])).toEqual([
      ['a,b', 'embedding'],
      ['a,b', 'text-prompt'],
      ['a,b', 'text-summary'],
    ]);
    const time = costLines(runs, 'millisecondsPerRequest');
    expect(time).toHaveLength(6);
    expect(time[0]).toMatchObject({ lengths: [50, 100], values: [5, 10] });
  });
});

describe('metricNames', () => {
  it('begins with the usual metric of the task', () => {
    const value = { value: 1, n: 1, low: 1, high: 1 };
    expect(metricNames([{ metrics: { testLoss: value, 'recall@1': value } }, { metrics: { 'recall@10': value } }])[0]).toBe('recall@10');
    expect(metricNames([])).toEqual([]);
  });
});
