import { beforeEach, describe, expect, it } from 'vitest';
import { findRightUsers } from '../../src-main/backend/rightUsers.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { newRun, temporaryWorkspace } from '../store/temporaryWorkspace.ts';

let runs: Workspace['runs'];
beforeEach(() => {
  runs = temporaryWorkspace().runs;
});

function addRun(id: string, userIds: number[], values: Record<string, number[]>, change: Parameters<typeof newRun>[0] = {}): void {
  runs.create(newRun({ id, ...change }));
  runs.setUserValues(id, { userIds, values });
}

describe('the users that only one run got right', () => {
  it('are told by a metric that has a right and a wrong, among the users of both', () => {
    addRun('run-0001', [1, 2, 3, 4, 5, 6], {
      testLoss: [2, 2, 2, 2, 2, 2],
      'recall@1': [1, 1, 0, 0, 1, 1],
      'recall@5': [1, 1, 1, 1, 1, 1],
    });
    addRun('run-0002', [6, 5, 4, 3, 2, 99], {
      'recall@5': [1, 1, 1, 1, 1, 1],
      'recall@1': [1, 0, 1, 0, 0, 1],
      testLoss: [1, 1, 1, 1, 1, 1.5],
    });
    expect(findRightUsers(runs, 'run-0001', 'run-0002', undefined)).toEqual({
      metrics: ['recall@1', 'recall@5'],
      metric: 'recall@1',
      n: 5,
      both: 1,
      neither: 1,
      onlyA: { count: 2, userIds: [2, 5] },
      onlyB: { count: 1, userIds: [4] },
    });
    expect(findRightUsers(runs, 'run-0001', 'run-0002', 'recall@5')).toMatchObject({ both: 5, onlyA: { count: 0 }, onlyB: { count: 0 } });
  });

  it('are counted beyond those that are named', () => {
    const users = Array.from({ length: 500 }, (_, user) => user);
    addRun('run-0001', users, { accuracy: users.map(() => 1) });
    addRun('run-0002', users, { accuracy: users.map(() => 0) });
    const { onlyA } = findRightUsers(runs, 'run-0001', 'run-0002', 'accuracy');
    expect(onlyA.count).toBe(500);
    expect(onlyA.userIds).toHaveLength(200);
  });

  it('are none for runs on other data, and an unknown metric is refused', () => {
    addRun('run-0001', [1], { accuracy: [1] });
    addRun('run-0002', [1], { accuracy: [0] }, { datasetFingerprint: 'other' });
    expect(findRightUsers(runs, 'run-0001', 'run-0002', undefined)).toMatchObject({ metrics: [], metric: null, n: 0 });
    addRun('run-0003', [1], { accuracy: [0] });
    expect(() => findRightUsers(runs, 'run-0001', 'run-0003', 'testLoss')).toThrow(
      'runs: expected one of the metrics accuracy, got "testLoss"; choose one of them',
    );
  });
});
