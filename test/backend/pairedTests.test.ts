import { beforeEach, describe, expect, it } from 'vitest';
import { PairedTests } from '../../src-main/backend/pairedTests.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { experimentSchema } from '../../src-shared/experiment.ts';
import { newRun, temporaryWorkspace } from '../store/temporaryWorkspace.ts';

let runs: Workspace['runs'];
beforeEach(() => {
  runs = temporaryWorkspace().runs;
});

const USERS = Array.from({ length: 40 }, (_, user) => user);
const hits = (count: number, users = USERS) => users.map((user) => (user < count ? 1 : 0));

function addRun(id: string, values: Record<string, number[]> | null, change: Parameters<typeof newRun>[0] = {}, userIds = USERS): void {
  runs.create(newRun({ id, ...change }));
  if (values) runs.setUserValues(id, { userIds, values });
}

describe('paired tests against a baseline', () => {
  it('give difference, p value and n of every metric that both runs have', async () => {
    addRun('run-0001', { 'recall@10': hits(5), testLoss: USERS.map(() => 2) });
    addRun('run-0002', { 'recall@10': hits(25), testLoss: USERS.map(() => 2), 'fused.hr@10': hits(3) });
    const tests = await new PairedTests(runs).against('run-0001', ['run-0001', 'run-0002']);
    expect(tests).toEqual([
      // 20 users gained and none lost: 2 of 2^20 sign patterns are as extreme, less than the smallest p of 10,000 permutations.
      { runId: 'run-0002', metric: 'recall@10', difference: 0.5, pValue: expect.any(Number), n: 40 },
      { runId: 'run-0002', metric: 'testLoss', difference: 0, pValue: 1, n: 40 },
    ]);
    expect(tests[0]!.pValue).toBeLessThan(0.001);
  });

  it('pair users by their id, and leave out those that only one run was tested on', async () => {
    addRun('run-0001', { accuracy: [1, 0, 1] }, {}, [2, 5, 9]);
    addRun('run-0002', { accuracy: [1, 0, 0, 1] }, {}, [1, 2, 3, 5]);
    const [test] = await new PairedTests(runs).against('run-0001', ['run-0002']);
    // User 2: 0 against 1; user 5: 1 against 0.
    expect(test).toMatchObject({ difference: 0, n: 2, pValue: 1 });
  });

  it.each([
    ['another dataset', { datasetFingerprint: 'other' }, USERS, true],
    ['another task', { config: experimentSchema.parse({ dataset: 'films', task: 'favourite-genre' }) }, USERS, true],
    ['no common user', {}, USERS.map((user) => user + 100), true],
    ['no kept values', {}, USERS, false],
  ] as const)('leave out a run with %s', async (_, change, users, evaluated) => {
    addRun('run-0001', { accuracy: hits(5) });
    addRun('run-0002', evaluated ? { accuracy: hits(9) } : null, change, [...users]);
    expect(await new PairedTests(runs).against('run-0001', ['run-0002'])).toEqual([]);
  });

  it('give the same p value again', async () => {
    addRun('run-0001', { accuracy: hits(10) });
    addRun('run-0002', { accuracy: USERS.map((user) => (user > 20 && user < 33 ? 1 : 0)) });
    const first = await new PairedTests(runs).against('run-0001', ['run-0002']);
    expect(first[0]!.pValue).toBeGreaterThan(0.5);
    expect(await new PairedTests(runs).against('run-0001', ['run-0002'])).toEqual(first);
  });

  it('say so when a run does not exist', async () => {
    addRun('run-0001', null);
    await expect(new PairedTests(runs).against('run-0001', ['nope'])).rejects.toMatchObject({ code: 'run-not-found' });
  });
});
