import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../../src-main/experiment/engines.ts';
import { estimateRun, type Rates, ratesSchema } from '../../../src-main/experiment/rehearsal/rates.ts';
import { rehearse } from '../../../src-main/experiment/rehearsal/rehearse.ts';
import { neededStages } from '../../../src-main/experiment/stages.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { Experiment } from '../../../src-shared/experiment.ts';
import { temporaryWorkspace } from '../../store/temporaryWorkspace.ts';
import { createRun, insertTinyDataset, tinyExperiment } from '../tinyDataset.ts';
import type { MeasuredRequest } from './measuredProcess.ts';

const PROGRAM = fileURLToPath(new URL('measuredProcess.ts', import.meta.url));

/** Rehearses or executes in a process of its own, whose memory is its own. */
async function inProcess<T>(request: MeasuredRequest): Promise<T> {
  const child = fork(PROGRAM, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' });
  const exit = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the measured process ended with code ${code}`)));
  child.send(request);
  const [answer] = (await Promise.race([once(child, 'message'), exit])) as [T];
  exit.catch(() => undefined);
  return answer;
}

function smallExperiment(): Experiment {
  const pretraining = { steps: 60, batchSize: 16 };
  return tinyExperiment({
    history: { embedded: 20 },
    encoder: { dModel: 32, numLayers: 2, numHeads: 2, pretraining },
    languageModel: { vocabularySize: 400, dModel: 64, numLayers: 2, numHeads: 4, pretraining },
    integration: { projectionSize: 32, numHeads: 4 },
    training: { steps: 120, batchSize: 16, validateEvery: 40, checkpointEvery: 40 },
    evaluation: { users: 120, beams: 4, batchSize: 16, candidates: 6, bootstrap: 200, efficiencyAt: [10, 20] },
    engine: { name: 'onnx', provider: 'cpu', threads: 1 },
  });
}

const ratioOf = (a: number, b: number) => Math.max(a / b, b / a);

/** How far an estimate is from what then happens: the larger of the two over the smaller. */
async function estimateAgainstRun(workspace: Workspace, attempt: number): Promise<{ time: number; memory: number }> {
  const runId = `run-${attempt}`;
  const experiment = { ...smallExperiment(), seed: attempt };
  createRun(workspace, runId, experiment);
  const request = { workspacePath: workspace.path, runId };
  const rates = ratesSchema.parse(await inProcess<Rates>({ ...request, what: 'rehearsal' }));
  const actual = await inProcess<{ seconds: number; memoryBytes: number }>({ ...request, what: 'run' });
  expect(workspace.runs.get(runId).status).toBe('completed');
  const estimate = estimateRun(experiment, neededStages(experiment), rates, { testUsers: 120, summarised: 0 }, new Set());
  return { time: ratioOf(estimate.seconds, actual.seconds), memory: ratioOf(estimate.memoryBytes, actual.memoryBytes) };
}

describe('rehearse', () => {
  // Processor time of the same machine in the same minute. One attempt of three may decide: a wrong estimate is wrong in all of them.
  it('tells time and memory of a run within a factor of 1.5', { timeout: 240_000 }, async () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace, { users: 150 });
    let worst = { time: Number.POSITIVE_INFINITY, memory: Number.POSITIVE_INFINITY };
    for (let attempt = 1; attempt <= 3 && Math.max(worst.time, worst.memory) > 1.5; attempt++) {
      worst = await estimateAgainstRun(workspace, attempt);
    }
    expect(worst.time).toBeLessThan(1.5);
    expect(worst.memory).toBeLessThan(1.5);
  });

  it('measures the stages that the run has, and leaves no run and no file behind', async () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    const experiment = tinyExperiment({ integration: { kind: 'text-prompt' }, history: { embedded: 4, prompted: 2 } });
    const stages: string[] = [];
    const engine = await openEngine(experiment.engine);
    const { signal } = new AbortController();
    const rates = await rehearse({ workspace, experiment, engine, signal, onStage: (name) => stages.push(name) });
    await engine.dispose();
    expect(stages).toEqual(['pretrain-language-model', 'finetune', 'evaluate']);
    expect(rates['pretrain-encoder']).toBeNull();
    expect(rates.finetune!.step).toBeGreaterThan(0);
    expect(rates.finetune!.validation).toBeGreaterThan(0);
    expect(rates['pretrain-language-model']!.validation).toBe(0);
    expect(rates.evaluate.batch).toBeGreaterThan(0);
    expect(workspace.runs.list()).toEqual([]);
    expect(readdirSync(workspace.temporaryPath)).toEqual([]);
    expect(readdirSync(workspace.blobsPath)).toEqual([]);
  });

  it('measures the summaries that a language model writes', async () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    const summary = { kind: 'text-summary', summary: { writer: 'language-model', maxTokens: 8 } } as const;
    const experiment = tinyExperiment({ integration: summary, history: { embedded: 4, prompted: 2 } });
    const engine = await openEngine(experiment.engine);
    const rates = await rehearse({ workspace, experiment, engine, signal: new AbortController().signal });
    await engine.dispose();
    expect(rates.summary).toBeGreaterThan(0);
  });

  it('ends when it is no longer wanted', async () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    const experiment = tinyExperiment();
    const engine = await openEngine(experiment.engine);
    const controller = new AbortController();
    const ended = rehearse({ workspace, experiment, engine, signal: controller.signal, onStage: () => controller.abort() });
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
    await engine.dispose();
    expect(readdirSync(workspace.temporaryPath)).toEqual([]);
  });
});
