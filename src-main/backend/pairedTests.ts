import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PairedTest, RunDetail } from '../../src-shared/run.ts';
import { pairedRandomisationTest } from '../evaluation/statistics.ts';
import type { RunStore } from '../store/runStore.ts';

const PERMUTATIONS = 10_000;
/** Of the random signs: the same runs always give the same p value. */
const SEED = 1;

type Values = NonNullable<ReturnType<RunStore['userValues']>>;

/** Paired randomisation tests between runs, on the test users that both have. */
export class PairedTests {
  private readonly runs: RunStore;

  constructor(runs: RunStore) {
    this.runs = runs;
  }

  /**
   * Every run against the baseline, metric by metric. Runs that cannot be compared user by user are left out: of another dataset or task,
   * without kept values, or without a common user.
   * @throws AppError `run-not-found`
   */
  async against(baselineId: string, runIds: readonly string[]): Promise<PairedTest[]> {
    const baseline = this.runs.get(baselineId);
    const baselineValues = this.runs.userValues(baselineId);
    const tests: PairedTest[] = [];
    for (const runId of new Set(runIds)) {
      const run = this.runs.get(runId);
      const values = this.runs.userValues(runId);
      if (runId === baselineId || !values || !baselineValues || !comparable(run, baseline)) continue;
      const { rows, baselineRows } = commonUsers(values, baselineValues);
      for (const [metric, ofUsers] of rows.length > 0 ? values.values : []) {
        const ofBaseline = baselineValues.values.get(metric);
        if (!ofBaseline) continue;
        // A test takes milliseconds; whoever waits for the backend gets a turn between two of them.
        await nextTurn();
        const a = rows.map((row) => ofUsers[row]!);
        const b = baselineRows.map((row) => ofBaseline[row]!);
        tests.push({ runId, metric, ...pairedRandomisationTest(a, b, PERMUTATIONS, SEED) });
      }
    }
    return tests;
  }
}

/** The same users and the same last events, and the same question about them. */
export function comparable(a: RunDetail, b: RunDetail): boolean {
  return a.datasetFingerprint === b.datasetFingerprint && a.task === b.task;
}

/** Rows of the users that both have, user by user. */
export function commonUsers(a: Values, b: Values): { rows: number[]; baselineRows: number[] } {
  const rowInB = new Map(Array.from(b.userIds, (userId, row) => [userId, row]));
  const rows = Array.from(a.userIds.keys()).filter((row) => rowInB.has(a.userIds[row]!));
  return { rows, baselineRows: rows.map((row) => rowInB.get(a.userIds[row]!)!) };
}
