import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { JobMessage } from '../../src-main/experiment/jobMessages.ts';
import { seededUniform } from '../../src-main/model/parameters.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { exitOf, outcomeOf, startJob } from './runSupport.ts';
import { createRun, insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

const RUN = 'run-0001';
const experiment = tinyExperiment({ engine: { name: 'onnx', provider: 'cpu', threads: 1 } });
const KILLS = 8;

// Every start of a process loads the engine anew.
vi.setConfig({ testTimeout: 180_000 });

function preparedWorkspace(): Workspace {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
  createRun(workspace, RUN, experiment);
  return workspace;
}

/** Runs the job to its end and returns its messages. */
async function runToEnd(workspace: Workspace): Promise<JobMessage[]> {
  const messages: JobMessage[] = [];
  const job = startJob(workspace.path, RUN, (message) => messages.push(message));
  expect(await exitOf(job)).toEqual({ code: 0, signal: null });
  return messages;
}

/** Runs the job and kills it at the given message; false when it ended before. */
async function killAt(workspace: Workspace, messageNumber: number, delayMs: number): Promise<boolean> {
  let received = 0;
  const job = startJob(workspace.path, RUN, () => {
    if (++received === messageNumber) setTimeout(() => job.kill('SIGKILL'), delayMs);
  });
  return (await exitOf(job)).signal === 'SIGKILL';
}

describe('the job process', () => {
  it('ends with exactly the losses, metrics and parameters of a run that was never killed, however often it is killed', async () => {
    const undisturbed = preparedWorkspace();
    await runToEnd(undisturbed);
    const killed = preparedWorkspace();
    const uniform = seededUniform(20_24);
    let kills = 0;
    for (let attempt = 0; attempt < KILLS; attempt++) {
      const messageNumber = 1 + Math.floor(uniform() * (6 + 3 * attempt));
      if (!(await killAt(killed, messageNumber, uniform() * 20))) break;
      kills++;
    }
    await runToEnd(killed);
    expect(kills).toBeGreaterThan(3);
    expect(killed.runs.get(RUN).resumedAt.length).toBeGreaterThan(0);
    expect(outcomeOf(killed, RUN)).toEqual(outcomeOf(undisturbed, RUN));
    const parametersOf = ({ runs }: Workspace) => tensorBytes(runs.latestCheckpoint(RUN, 'finetune')!.path);
    expect(parametersOf(killed).equals(parametersOf(undisturbed))).toBe(true);
  });

  it('saves a checkpoint and ends as stopped on SIGTERM, and completes when it is started again', async () => {
    const workspace = preparedWorkspace();
    const atStep = (message: JobMessage) => message.type === 'metrics' && message.points.some(({ stage }) => stage === 'finetune');
    const job = startJob(workspace.path, RUN, (message) => atStep(message) && job.kill('SIGTERM'));
    expect(await exitOf(job)).toEqual({ code: 0, signal: null });
    expect(workspace.runs.get(RUN).status).toBe('stopped');
    expect(workspace.runs.get(RUN).checkpoints.at(-1)!.stage).toBe('finetune');
    const messages = await runToEnd(workspace);
    expect(messages).toContainEqual(expect.objectContaining({ type: 'rewound', stage: 'finetune' }));
    expect(workspace.runs.get(RUN).status).toBe('completed');
  });

  it('stops on the message stop', async () => {
    const workspace = preparedWorkspace();
    const job = startJob(workspace.path, RUN, (message) => message.type === 'metrics' && job.connected && job.send({ type: 'stop' }));
    expect(await exitOf(job)).toEqual({ code: 0, signal: null });
    expect(workspace.runs.get(RUN).status).toBe('stopped');
  });

  it('tells every point that it stores, and says done last', async () => {
    const workspace = preparedWorkspace();
    const messages = await runToEnd(workspace);
    expect(messages.at(-1)).toEqual({ type: 'done' });
    const told = messages.flatMap((message) => (message.type === 'metrics' ? message.points : [])).length;
    const stored = workspace.runs.curves([RUN], undefined, 20_000).reduce((sum, { total }) => sum + total, 0);
    expect(told).toBe(stored);
    expect(workspace.runs.ownerPid(RUN)).toBeNull();
  });

  it('fails with the reason, as a message and in the store', async () => {
    const workspace = preparedWorkspace();
    workspace.database.prepare(`UPDATE datasets SET fingerprint = 'changed'`).run();
    const messages: JobMessage[] = [];
    const job = startJob(workspace.path, RUN, (message) => messages.push(message));
    expect(await exitOf(job)).toEqual({ code: 1, signal: null });
    expect(messages.at(-1)).toMatchObject({ type: 'failed', error: { code: 'run-not-resumable' } });
    expect(workspace.runs.get(RUN).status).toBe('failed');
  });
});

/** The content of a safetensors file without its header, which holds the seconds that the stage took. */
function tensorBytes(path: string): Buffer {
  const file = readFileSync(path);
  return file.subarray(8 + Number(file.readBigUInt64LE(0)));
}
