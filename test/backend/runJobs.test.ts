import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RunJobs } from '../../src-main/backend/runJobs.ts';
import { errorOf, newRun, temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { createContextDouble } from './launcherDouble.ts';

afterEach(() => {
  vi.useRealTimers();
});

function createJobs(runIds = ['run-0001', 'run-0002']) {
  const workspace = temporaryWorkspace();
  for (const id of runIds) workspace.runs.create(newRun({ id }));
  const doubles = createContextDouble(workspace);
  const jobs = new RunJobs(doubles.context);
  const statuses = () => runIds.map((id) => workspace.runs.summary(id).status);
  return { ...doubles, workspace, jobs, statuses };
}

describe('run jobs', () => {
  it('execute one run at a time, the others wait in order', () => {
    const { jobs, launcher, statuses, workspace } = createJobs();
    jobs.enqueue('run-0001');
    jobs.enqueue('run-0002');
    expect(statuses()).toEqual(['running', 'queued']);
    expect(launcher.jobs).toHaveLength(1);
    expect(launcher.jobs[0]!.received).toEqual([{ workspacePath: workspace.path, runId: 'run-0001' }]);
    workspace.runs.setStatus('run-0001', 'completed');
    launcher.jobs[0]!.exit();
    expect(statuses()).toEqual(['completed', 'running']);
    expect(workspace.runs.ownerPid('run-0002')).toBe(launcher.jobs[1]!.pid);
  });

  it('execute as many runs together as the setting says', () => {
    const { jobs, statuses, workspace } = createJobs();
    workspace.settings.set({ 'jobs.parallel': 2 });
    jobs.enqueue('run-0001');
    jobs.enqueue('run-0002');
    expect(statuses()).toEqual(['running', 'running']);
  });

  it('mark a run whose job was killed as interrupted, with the reason', () => {
    const { jobs, launcher, workspace, events } = createJobs();
    jobs.enqueue('run-0001');
    launcher.jobs[0]!.exit({ code: null, signal: 'SIGKILL' });
    const { status, reason } = workspace.runs.summary('run-0001');
    expect({ status, reason }).toEqual({
      status: 'interrupted',
      reason: 'the job was killed (by hand, or because memory ran out)',
    });
    expect(workspace.runs.log('run-0001').map((line) => line.text)).toEqual([reason]);
    expect(events.at(-1)).toMatchObject({ name: 'run.changed', payload: { id: 'run-0001', status: 'interrupted' } });
  });

  it('say how a job crashed', () => {
    const { jobs, launcher, workspace } = createJobs();
    jobs.enqueue('run-0001');
    launcher.jobs[0]!.exit({ code: 7, output: 'earlier\nout of tensors' });
    expect(workspace.runs.summary('run-0001').reason).toBe('the job ended unexpectedly with code 7: out of tensors');
  });

  it('mark a run as failed when its job says why', () => {
    const { jobs, launcher, workspace } = createJobs();
    jobs.enqueue('run-0001');
    launcher.jobs[0]!.say({ type: 'failed', error: { code: 'engine-unavailable', message: 'no such provider' } });
    launcher.jobs[0]!.exit({ code: 1 });
    expect(workspace.runs.summary('run-0001')).toMatchObject({ status: 'failed', reason: 'no such provider' });
  });

  it('pass on what a job tells, and its changes at most twice a second', () => {
    vi.useFakeTimers();
    const { jobs, launcher, events } = createJobs();
    jobs.enqueue('run-0001');
    vi.advanceTimersByTime(1000);
    events.length = 0;
    const job = launcher.jobs[0]!;
    const points = [{ stage: 'finetune', step: 1, name: 'loss', value: 2 }];
    for (let i = 0; i < 10; i++) job.say({ type: 'changed' });
    job.say({ type: 'metrics', points });
    job.say({ type: 'rewound', stage: 'finetune', step: 1 });
    expect(events.map((event) => event.name)).toEqual(['run.changed', 'run.metrics', 'run.rewound']);
    expect(events[1]!.payload).toEqual({ runId: 'run-0001', points });
    vi.advanceTimersByTime(2000);
    expect(events.filter((event) => event.name === 'run.changed')).toHaveLength(2);
  });

  it('ask a job to stop, and mark a run that waits as stopped', () => {
    const { jobs, launcher, statuses } = createJobs();
    jobs.enqueue('run-0001');
    jobs.enqueue('run-0002');
    jobs.stop('run-0002');
    jobs.stop('run-0001');
    expect(launcher.jobs[0]!.received.at(-1)).toEqual({ type: 'stop' });
    expect(statuses()).toEqual(['running', 'stopped']);
    launcher.jobs[0]!.exit();
    expect(statuses()).toEqual(['stopped', 'stopped']);
    expect(errorOf(() => jobs.stop('run-0001'))).toEqual({
      code: 'input-invalid',
      message: 'run "run-0001": expected a queued or running run, got one that is stopped',
    });
  });

  it('end at once without saving when asked to, and say where the run goes on', () => {
    const { jobs, launcher, workspace } = createJobs();
    jobs.enqueue('run-0001');
    jobs.enqueue('run-0002');
    workspace.runs.setStage('run-0001', { name: 'finetune', status: 'running' });
    const path = join(workspace.runs.folder('run-0001'), 'finetune-40.safetensors');
    workspace.runs.addCheckpoint('run-0001', { stage: 'finetune', step: 40, path, sizeBytes: 1 });
    jobs.drop('run-0001');
    expect(launcher.jobs[0]!.killed).toBe(true);
    const { status, reason } = workspace.runs.summary('run-0001');
    expect({ status, reason }).toEqual({
      status: 'stopped',
      reason: 'stopped without saving; resumed, it goes on after step 40 of finetune',
    });
    expect(workspace.runs.get('run-0001').checkpoints).toMatchObject([{ stage: 'finetune', step: 40 }]);
    expect(errorOf(() => jobs.drop('run-0001')).code).toBe('input-invalid');
    expect(workspace.runs.summary('run-0002').status).toBe('running');
    workspace.runs.setStage('run-0002', { name: 'finetune', status: 'running' });
    jobs.drop('run-0002');
    expect(workspace.runs.summary('run-0002').reason).toBe('stopped without saving; resumed, it goes on after step 0 of finetune');
  });

  it('are given ten seconds when the backend closes, then killed', async () => {
    vi.useFakeTimers();
    const { jobs, launcher, statuses, workspace } = createJobs();
    jobs.enqueue('run-0001');
    jobs.enqueue('run-0002');
    const closed = jobs.close();
    expect(launcher.jobs[0]!.received.at(-1)).toEqual({ type: 'stop' });
    await vi.advanceTimersByTimeAsync(9_900);
    expect(launcher.jobs[0]!.killed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await closed;
    expect(launcher.jobs[0]!.killed).toBe(true);
    expect(launcher.jobs).toHaveLength(1);
    expect(statuses()).toEqual(['interrupted', 'stopped']);
    expect(workspace.runs.summary('run-0001').reason).toContain('did not end in time');
  });

  it('mark runs of processes that are gone as interrupted, and leave those of living ones', async () => {
    const ended = spawn(process.execPath, ['--eval', '']);
    await once(ended, 'exit');
    const alive = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
    const { jobs, workspace, statuses } = createJobs(['run-0001', 'run-0002', 'run-0003', 'run-0004']);
    const owners = [ended.pid!, alive.pid!, process.pid];
    for (const [index, pid] of owners.entries()) {
      workspace.runs.setStatus(`run-000${index + 1}`, 'running');
      workspace.runs.claim(`run-000${index + 1}`, pid);
    }
    expect(jobs.recover().sort()).toEqual(['run-0001', 'run-0003', 'run-0004']);
    expect(statuses()).toEqual(['interrupted', 'running', 'interrupted', 'interrupted']);
    const stopped = once(alive, 'exit');
    jobs.stop('run-0002');
    expect(await stopped).toEqual([null, 'SIGTERM']);
  });
});
