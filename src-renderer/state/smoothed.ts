import { useMemo } from 'react';
import { createMovingAverage } from '../../src-shared/movingAverage.ts';
import { call, useQuery } from './backend.ts';
import type { LiveCurve } from './curves.ts';

/** Moving averages at some steps, from every point that the store has. */
export interface StoredAverage {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

const keyOf = ({ runId, stage, name, thinned }: LiveCurve) => `${runId}/${stage}/${name}/${thinned}`;

/**
 * Smooths curves by every point of theirs (`createMovingAverage`), though only some of a long curve are here: where points were left out the
 * store is asked, once; what arrives later goes on from there. Until it has answered, the points that are here are smoothed.
 */
export function useSmoothed(curves: readonly LiveCurve[], weight: number): (curve: LiveCurve) => number[] {
  const wanted = weight > 0 ? curves.filter(({ thinned }) => thinned > 0) : [];
  const { value } = useQuery(wanted.length > 0 ? `smoothed:${weight}:${wanted.map(keyOf).join()}` : null, () =>
    readAverages(wanted, weight),
  );
  return useMemo(() => (curve) => smoothedCurve(curve, weight, value?.get(keyOf(curve))), [weight, value]);
}

async function readAverages(curves: readonly LiveCurve[], weight: number): Promise<Map<string, StoredAverage>> {
  const byRun = Map.groupBy(curves, ({ runId }) => runId);
  const answers = [...byRun].map(async ([runId, mine]) => {
    const asked = mine.map(({ stage, name, steps }) => ({ stage, name, steps: [...steps] }));
    const averages = await call('runs.smoothed', { runId, weight, curves: asked });
    return averages.map((values, at): [string, StoredAverage] => [keyOf(mine[at]!), { steps: asked[at]!.steps, values }]);
  });
  return new Map((await Promise.all(answers)).flat());
}

/** The average at every step of the curve. Past the stored steps it goes on point by point, for those are all here. */
export function smoothedCurve(
  { steps, values }: Pick<LiveCurve, 'steps' | 'values'>,
  weight: number,
  stored: StoredAverage | undefined,
): number[] {
  const average = createMovingAverage(weight);
  if (!stored) return values.map(average);
  const at = new Map(stored.steps.map((step, index) => [step, stored.values[index]]));
  const lastStored = stored.steps.at(-1) ?? Number.NEGATIVE_INFINITY;
  let last: number | null = null;
  return values.map((value, index) => {
    const exact = at.get(steps[index]!);
    if (steps[index]! > lastStored && last !== null) last = weight * last + (1 - weight) * value;
    else last = exact ?? last ?? value;
    return last;
  });
}
