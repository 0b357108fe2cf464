import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunStore } from '../../src-main/store/runStore.ts';
import type { MetricPoint, StageName } from '../../src-shared/run.ts';
import { newRun, temporaryWorkspace } from './temporaryWorkspace.ts';

function runStore(): RunStore {
  const { runs } = temporaryWorkspace();
  runs.create(newRun());
  return runs;
}

function points(values: number[], stage: StageName = 'finetune', name = 'loss', first = 0): MetricPoint[] {
  return values.map((value, index) => ({ stage, step: first + index, name, value }));
}

const read = (runs: RunStore, maxPoints = 1000) => runs.curves(['run-0001'], undefined, maxPoints);

describe('curves', () => {
  it('come back point by point while they are short, a curve per stage and name', () => {
    const runs = runStore();
    runs.appendMetrics('run-0001', [...points([3, 2, 1]), ...points([9], 'finetune', 'gate.0'), ...points([5], 'pretrain-encoder')]);
    expect(read(runs)).toEqual([
      { runId: 'run-0001', stage: 'finetune', name: 'loss', steps: [0, 1, 2], values: [3, 2, 1], total: 3 },
      { runId: 'run-0001', stage: 'finetune', name: 'gate.0', steps: [0], values: [9], total: 1 },
      { runId: 'run-0001', stage: 'pretrain-encoder', name: 'loss', steps: [0], values: [5], total: 1 },
    ]);
  });

  it('can be chosen by name', () => {
    const runs = runStore();
    runs.appendMetrics('run-0001', [...points([1]), ...points([2], 'finetune', 'gradientNorm')]);
    expect(runs.curves(['run-0001'], ['gradientNorm'], 100).map((curve) => curve.name)).toEqual(['gradientNorm']);
  });

  it('take the newer of two values of one step', () => {
    const runs = runStore();
    runs.appendMetrics('run-0001', points([3, 2]));
    runs.appendMetrics('run-0001', points([7], 'finetune', 'loss', 1));
    expect(read(runs)[0]).toMatchObject({ steps: [0, 1], values: [3, 7], total: 2 });
  });

  it('refuse what is no number, and store nothing of the batch', () => {
    const runs = runStore();
    expect(() => runs.appendMetrics('run-0001', points([1, Number.NaN]))).toThrow(
      'metrics of finetune: expected a whole step and a finite value for "loss", got NaN at step 1',
    );
    expect(read(runs)).toEqual([]);
  });

  it('keep a single spike among hundreds of thousands of points', () => {
    const runs = runStore();
    const values = Array.from({ length: 300_000 }, (_, step) => Math.sin(step / 1000));
    values[123_457] = 50;
    values[200_001] = -50;
    runs.appendMetrics('run-0001', points(values));
    const [curve] = read(runs, 200);
    expect(curve!.total).toBe(300_000);
    expect(curve!.steps.length).toBeLessThanOrEqual(200);
    expect(curve!.values[curve!.steps.indexOf(123_457)]).toBe(50);
    expect(curve!.values[curve!.steps.indexOf(200_001)]).toBe(-50);
  });

  it('down-sampled hold true points in the order of steps, the extremes among them', () => {
    const runs = runStore();
    const step = fc.integer({ min: 0, max: 3000 });
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((number) => number + 0);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(step, value), { selector: ([s]) => s, minLength: 1, maxLength: 400 }),
        fc.integer({ min: 10, max: 80 }),
        (pairs, maxPoints) => {
          runs.rewind('run-0001', 'finetune', -1);
          runs.appendMetrics(
            'run-0001',
            pairs.map(([s, v]) => ({ stage: 'finetune', step: s, name: 'loss', value: v })),
          );
          const { steps, values, total } = read(runs, maxPoints)[0]!;
          const truth = new Map(pairs);
          expect(total).toBe(pairs.length);
          expect(steps.length).toBeLessThanOrEqual(maxPoints);
          expect(steps).toEqual([...steps].sort((a, b) => a - b));
          steps.forEach((s, index) => {
            expect(values[index]).toBe(truth.get(s));
          });
          expect(Math.min(...values)).toBe(Math.min(...truth.values()));
          expect(Math.max(...values)).toBe(Math.max(...truth.values()));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('rewinding', () => {
  it('drops the later points of the stage and all of later stages, and records the resume', () => {
    const runs = runStore();
    runs.appendMetrics('run-0001', [...points([1, 2, 3], 'pretrain-encoder'), ...points([9, 8, 7, 6]), ...points([5], 'evaluate')]);
    runs.rewind('run-0001', 'finetune', 1);
    expect(read(runs).map((curve) => [curve.stage, curve.values])).toEqual([
      ['pretrain-encoder', [1, 2, 3]],
      ['finetune', [9, 8]],
    ]);
    expect(runs.get('run-0001').resumedAt).toEqual([{ stage: 'finetune', step: 1, atMs: expect.any(Number) }]);
  });

  it('also forgets the spikes that down-sampling remembered', () => {
    const runs = runStore();
    const values = new Array<number>(2000).fill(1);
    values[1010] = 99;
    values[1900] = 99;
    runs.appendMetrics('run-0001', points(values));
    runs.rewind('run-0001', 'finetune', 1000);
    const [curve] = read(runs, 10);
    expect(Math.max(...curve!.values)).toBe(1);
    expect(curve!.total).toBe(1001);
  });
});

describe('moving averages', () => {
  const noisy = Array.from({ length: 25_000 }, (_, step) => ((step * 7919) % 101) / 101 + step / 25_000);

  /** m_k / (1 - w^k) written out as the weighted mean that it is. */
  function meanUpTo(values: readonly number[], at: number, weight: number): number {
    let [sum, weights] = [0, 0];
    for (let back = 0; back <= at; back++) {
      sum += weight ** back * values[at - back]!;
      weights += weight ** back;
    }
    return sum / weights;
  }

  it('are over every point of a long curve, at the steps that are asked for', async () => {
    const runs = runStore();
    runs.appendMetrics('run-0001', points(noisy));
    const steps = [0, 1, 250, 9_999, 10_000, 10_001, 24_999];
    const averages = await runs.smoothed('run-0001', 0.97, { stage: 'finetune', name: 'loss', steps });
    for (const [at, step] of steps.entries()) expect(averages[at]).toBeCloseTo(meanUpTo(noisy, step, 0.97), 9);
  });

  it('have no value where there is no point, and none of a curve that is not there', async () => {
    const runs = runStore();
    runs.appendMetrics('run-0001', points([4, 4, 4]));
    expect(await runs.smoothed('run-0001', 0.9, { stage: 'finetune', name: 'loss', steps: [1, 2, 7] })).toEqual([4, 4, null]);
    expect(await runs.smoothed('run-0001', 0.9, { stage: 'finetune', name: 'gate.0', steps: [1] })).toEqual([null]);
  });
});
