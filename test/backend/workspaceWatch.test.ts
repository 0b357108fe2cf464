import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunJobs } from '../../src-main/backend/runJobs.ts';
import { WorkspaceWatch } from '../../src-main/backend/workspaceWatch.ts';
import { films, newRun, temporaryWorkspace, timelineOf } from '../store/temporaryWorkspace.ts';
import { createContextDouble } from './launcherDouble.ts';

function createWatch() {
  const workspace = temporaryWorkspace();
  workspace.runs.create(newRun({ id: 'run-0001' }));
  const { context, events } = createContextDouble(workspace);
  const jobs = new RunJobs(context);
  const watch = new WorkspaceWatch(context, jobs);
  // Another program with the same workspace open.
  const other = temporaryWorkspace(workspace.path);
  return { watch, other, events, jobs, workspace };
}

describe('watching the workspace', () => {
  it('tells of runs that another program started, changed or deleted', () => {
    const { watch, other, events } = createWatch();
    watch.look(false);
    expect(events).toEqual([]);
    other.runs.create(newRun({ id: 'run-0002' }));
    other.runs.setStatus('run-0001', 'completed');
    watch.look(false);
    expect(events.map((event) => event.name === 'run.changed' && [event.payload.id, event.payload.status])).toEqual([
      ['run-0001', 'completed'],
      ['run-0002', 'queued'],
    ]);
    events.length = 0;
    other.runs.delete('run-0002');
    watch.look(false);
    expect(events).toEqual([{ name: 'run.deleted', payload: { runId: 'run-0002' } }]);
  });

  it('tells of datasets that another program imported', () => {
    const { watch, other, events } = createWatch();
    other.datasets.insert({ name: 'films', format: 'movielens-csv', sourcePath: 'made up' }, films, [timelineOf('u1', [0, 1])]);
    watch.look(true);
    expect(events.map((event) => event.name)).toContain('datasets.changed');
    events.length = 0;
    watch.look(true);
    expect(events.map((event) => event.name)).not.toContain('datasets.changed');
  });

  it('tells of experiment files that a text editor wrote or took away', () => {
    const { watch, events, workspace } = createWatch();
    const path = join(workspace.path, 'experiments', 'a.experiment.jsonc');
    writeFileSync(path, '{}');
    watch.look(false);
    expect(events).toEqual([{ name: 'experiments.changed', payload: {} }]);
    watch.look(false);
    expect(events).toHaveLength(1);
    utimesSync(path, 1e9, 1e9);
    watch.look(false);
    rmSync(path);
    watch.look(false);
    expect(events).toHaveLength(3);
  });

  it('leaves the runs of this backend to their jobs', () => {
    const { watch, other, events, jobs } = createWatch();
    jobs.enqueue('run-0001');
    events.length = 0;
    other.runs.appendMetrics('run-0001', [{ stage: 'finetune', step: 1, name: 'loss', value: 1 }]);
    watch.look(true);
    expect(events).toEqual([]);
  });
});
