import { AppError } from '../../src-shared/errors.ts';
import { type RightUsers, SHOWN_USERS } from '../../src-shared/run.ts';
import type { RunStore } from '../store/runStore.ts';
import { commonUsers, comparable } from './pairedTests.ts';

const NOTHING: RightUsers = {
  metrics: [],
  metric: null,
  n: 0,
  both: 0,
  neither: 0,
  onlyA: { count: 0, userIds: [] },
  onlyB: { count: 0, userIds: [] },
};

/**
 * Which test users only one of two runs got right.
 * @throws AppError `run-not-found`; `input-invalid` for a metric that both do not have, or that is not 0 or 1 for each user
 */
export function findRightUsers(runs: RunStore, a: string, b: string, wanted: string | undefined): RightUsers {
  const [runA, runB] = [runs.get(a), runs.get(b)];
  const [valuesA, valuesB] = [runs.userValues(a), runs.userValues(b)];
  if (!valuesA || !valuesB || !comparable(runA, runB)) return NOTHING;
  const { rows, baselineRows } = commonUsers(valuesA, valuesB);
  const metrics = [...valuesA.values.keys()].filter(
    (metric) => isRightOrWrong(valuesA.values.get(metric)) && isRightOrWrong(valuesB.values.get(metric)),
  );
  const metric = wanted ?? metrics[0] ?? null;
  if (metric === null) return { ...NOTHING, n: rows.length };
  if (!metrics.includes(metric)) {
    throw new AppError(
      'input-invalid',
      `runs: expected one of the metrics ${metrics.join(', ') || '(none)'}, got "${metric}"; choose one of them`,
    );
  }
  const right = rows.map((row, at) => ({
    userId: valuesA.userIds[row]!,
    a: valuesA.values.get(metric)![row] === 1,
    b: valuesB.values.get(metric)![baselineRows[at]!] === 1,
  }));
  const users = (wantsA: boolean, wantsB: boolean) => right.filter((user) => user.a === wantsA && user.b === wantsB);
  const shown = (found: ReturnType<typeof users>) => ({
    count: found.length,
    userIds: found.slice(0, SHOWN_USERS).map(({ userId }) => userId),
  });
  return {
    metrics,
    metric,
    n: rows.length,
    both: users(true, true).length,
    neither: users(false, false).length,
    onlyA: shown(users(true, false)),
    onlyB: shown(users(false, true)),
  };
}

function isRightOrWrong(values: Float64Array | undefined): boolean {
  return values?.every((value) => value === 0 || value === 1) ?? false;
}
