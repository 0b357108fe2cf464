import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RunCurves } from '../../../src-renderer/state/curves.ts';
import { smoothedCurve } from '../../../src-renderer/state/smoothed.ts';
import { thin } from '../../../src-renderer/state/thinning.ts';
import { smooth } from '../../../src-renderer/widgets/charts/smoothing.ts';
import type { MetricPoint, StageName } from '../../../src-shared/run.ts';

const frames: (() => void)[] = [];
beforeEach(() => {
  frames.length = 0;
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
});
const draw = () => {
  for (const frame of frames.splice(0)) frame();
};

const point = (step: number, value: number, stage: StageName = 'finetune', name = 'loss'): MetricPoint => ({ stage, step, name, value });
const loss = (curves: RunCurves) => curves.snapshot.find((curve) => curve.stage === 'finetune' && curve.name === 'loss');

describe('the live curves of a run', () => {
  it('grow by the points of events, and a repeated step replaces its value', () => {
    const curves = new RunCurves('run-1');
    curves.replace([{ runId: 'run-1', stage: 'finetune', name: 'loss', steps: [1, 2], values: [5, 4], total: 2 }]);
    curves.append([point(3, 3), point(2, 4.5)]);
    draw();
    expect(loss(curves)).toMatchObject({ steps: [1, 2, 3], values: [5, 4.5, 3] });
  });

  it('keep points that arrive while the curves are still being read', () => {
    const curves = new RunCurves('run-1');
    curves.append([point(2, 4), point(3, 3)]);
    curves.replace([{ runId: 'run-1', stage: 'finetune', name: 'loss', steps: [1, 2], values: [5, 4], total: 2 }]);
    draw();
    expect(loss(curves)).toMatchObject({ steps: [1, 2, 3], values: [5, 4, 3] });
  });

  it('lose what a rewind voids: later steps of the stage and all later stages, nothing else', () => {
    const curves = new RunCurves('run-1');
    curves.replace([]);
    curves.append([point(9, 1, 'pretrain-encoder'), point(50, 3), point(51, 2.9), point(1, 0.5, 'evaluate', 'users')]);
    curves.rewind('finetune', 50);
    draw();
    expect(curves.snapshot.map((curve) => [curve.stage, curve.steps])).toEqual([
      ['pretrain-encoder', [9]],
      ['finetune', [50]],
    ]);
  });

  it('tell their listeners once a frame, however many points arrive', () => {
    const curves = new RunCurves('run-1');
    curves.replace([]);
    const heard = vi.fn();
    curves.subscribe(heard);
    for (let step = 1; step <= 100; step++) curves.append([point(step, step)]);
    draw();
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe('thinning', () => {
  it('keeps the ends and every spike', () => {
    const steps = Array.from({ length: 10_000 }, (_, i) => i);
    const values = steps.map((step) => (step === 4321 ? 99 : step === 7000 ? -99 : Math.sin(step / 500)));
    const kept = thin(steps, values, 200);
    expect(kept.steps.length).toBeLessThanOrEqual(202);
    expect([kept.steps[0], kept.steps.at(-1)]).toEqual([0, 9999]);
    expect(kept.values).toContain(99);
    expect(kept.values).toContain(-99);
    expect(kept.steps.toSorted((a, b) => a - b)).toEqual(kept.steps);
  });
});

describe('smoothing', () => {
  it('leaves a constant flat from the first point on', () => {
    for (const value of smooth([3, 3, 3, 3], 0.97)) expect(value).toBeCloseTo(3, 12);
  });

  it('is the debiased moving average', () => {
    const [first, second] = smooth([1, 5], 0.6);
    expect(first).toBeCloseTo(1, 12);
    expect(second).toBeCloseTo((0.6 * 0.4 * 1 + 0.4 * 5) / (1 - 0.36), 12);
  });
});

describe('a smoothed curve', () => {
  const curve = { steps: [1, 2, 3, 4], values: [8, 6, 4, 2] };

  it('is smoothed here until the store has answered', () => {
    expect(smoothedCurve(curve, 0.5, undefined)).toEqual(smooth(curve.values, 0.5));
  });

  it('takes the averages over every point from the store, and goes on from the last of them', () => {
    expect(smoothedCurve(curve, 0.5, { steps: [1, 2], values: [7, 5] })).toEqual([7, 5, 4.5, 3.25]);
  });

  it('carries the average over a step that the store does not know', () => {
    expect(smoothedCurve(curve, 0.5, { steps: [1, 3], values: [7, 5] })).toEqual([7, 7, 5, 3.5]);
  });
});

describe('the points that are left out', () => {
  it('are known of curves that the store has down-sampled, and of those that are thinned here', () => {
    const curves = new RunCurves('run-1');
    const read = { runId: 'run-1', stage: 'finetune' as const, steps: [1, 9], values: [5, 4] };
    curves.replace([
      { ...read, name: 'loss', total: 9 },
      { ...read, name: 'gradientNorm', total: 2 },
    ]);
    curves.append(Array.from({ length: 6000 }, (_, at) => point(10 + at, 1, 'finetune', 'gradientNorm')));
    draw();
    expect(Object.fromEntries(curves.snapshot.map(({ name, thinned }) => [name, thinned]))).toEqual({ loss: 1, gradientNorm: 1 });
    curves.rewind('finetune', 5);
    draw();
    expect(loss(curves)).toMatchObject({ steps: [1], thinned: 2 });
  });
});
