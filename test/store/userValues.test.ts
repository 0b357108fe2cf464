import { describe, expect, it } from 'vitest';
import { newRun, temporaryWorkspace } from './temporaryWorkspace.ts';

function workspaceWithRun() {
  const workspace = temporaryWorkspace();
  workspace.runs.create(newRun());
  return workspace;
}

describe('values by test user', () => {
  it('come back bit for bit, in the order they were given', () => {
    const { runs } = workspaceWithRun();
    runs.setUserValues('run-0001', { userIds: [3, 7], values: { testLoss: [0.1, 1 / 3], 'recall@10': [1, 0] } });
    const { userIds, values } = runs.userValues('run-0001')!;
    expect([...userIds]).toEqual([3, 7]);
    expect([...values.keys()]).toEqual(['testLoss', 'recall@10']);
    expect([...values.get('testLoss')!]).toEqual([0.1, 1 / 3]);
  });

  it('are replaced by those of a later evaluation', () => {
    const { runs } = workspaceWithRun();
    runs.setUserValues('run-0001', { userIds: [3, 7], values: { testLoss: [1, 2], accuracy: [0, 1] } });
    runs.setUserValues('run-0001', { userIds: [4], values: { testLoss: [5] } });
    const { userIds, values } = runs.userValues('run-0001')!;
    expect([...userIds]).toEqual([4]);
    expect([...values].map(([name, ofUsers]) => [name, ...ofUsers])).toEqual([['testLoss', 5]]);
  });

  it('are none for a run that was not evaluated, and go with their run', () => {
    const { runs, database } = workspaceWithRun();
    expect(runs.userValues('run-0001')).toBeNull();
    runs.setUserValues('run-0001', { userIds: [3], values: { testLoss: [1] } });
    runs.delete('run-0001');
    expect(database.prepare('SELECT count(*) FROM userValues').pluck().get()).toBe(0);
    expect(database.prepare('SELECT count(*) FROM testUsers').pluck().get()).toBe(0);
  });

  it('are refused where a user lacks a value, and nothing is stored', () => {
    const { runs } = workspaceWithRun();
    expect(() => runs.setUserValues('run-0001', { userIds: [3, 7], values: { testLoss: [1] } })).toThrow(
      'run run-0001: expected 2 values of "testLoss", got 1',
    );
    expect(runs.userValues('run-0001')).toBeNull();
  });
});
