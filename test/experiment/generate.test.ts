import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { generateForRun } from '../../src-main/experiment/generate.ts';
import { openWorkspace, type Workspace } from '../../src-main/store/workspace.ts';
import { createAndExecute } from './runSupport.ts';
import { createRun, insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const engine = { name: 'onnx', provider: 'cpu', threads: 1 } as const;
const quick = { engine, evaluation: { users: 1, efficiencyAt: [1], beams: 2 } };
let workspace: Workspace;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'generate-'));
  workspace = openWorkspace(folder);
  insertTinyDataset(workspace);
  const training = { steps: 30, learningRate: 0.02 };
  await createAndExecute(workspace, 'run-user', tinyExperiment({ ...quick, training }));
  const prompted = { integration: { kind: 'text-prompt' }, history: { embedded: 4, prompted: 2 } } as const;
  await createAndExecute(workspace, 'run-text', tinyExperiment({ ...quick, ...prompted, training: { steps: 1 } }));
  insertTinyDataset(workspace, { name: 'reviews', reviews: true });
  const review = { dataset: 'reviews', task: 'review', review: { maxTokens: 12 }, training: { steps: 1 } } as const;
  await createAndExecute(workspace, 'run-review', tinyExperiment({ ...quick, ...review }));
  createRun(workspace, 'run-new', tinyExperiment(quick));
  return () => {
    workspace.close();
    rmSync(folder, { recursive: true });
  };
});

const generate = (request: Partial<Parameters<typeof generateForRun>[1]>) =>
  generateForRun(workspace, { runId: 'run-user', userId: 3, constrained: false, beams: 4, ...request });

describe('generateForRun', () => {
  it('writes titles of the catalogue only when constrained to it, best first', async () => {
    const { prompt, candidates } = await generate({ constrained: true });
    expect(prompt).toBe('Next title:');
    expect(candidates).toHaveLength(4);
    expect(candidates.every(({ inCatalogue }) => inCatalogue)).toBe(true);
    expect(candidates.map(({ score }) => score)).toEqual(candidates.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(new Set(candidates.map(({ text }) => text)).size).toBe(4);
  });

  it('answers differently for another user, and without one', async () => {
    const scoresOf = async (userId: number | null) => (await generate({ userId, constrained: true })).candidates.map(({ score }) => score);
    const mine = await scoresOf(3);
    expect(await scoresOf(3)).toEqual(mine);
    expect(await scoresOf(4)).not.toEqual(mine);
    expect(await scoresOf(null)).not.toEqual(mine);
  });

  it('encodes a history once, and answers from the kept embeddings as from new ones', async () => {
    const request = { userId: 5, constrained: true };
    const before = workspace.embeddings.sizeBytes();
    const first = await generate(request);
    const kept = workspace.embeddings.sizeBytes();
    expect(kept).toBeGreaterThan(before);
    expect(await generate(request)).toEqual(first);
    expect(workspace.embeddings.sizeBytes()).toBe(kept);
    workspace.database.prepare('UPDATE userEmbeddings SET data = zeroblob(length(data))').run();
    expect(await generate(request)).not.toEqual(first);
    workspace.database.prepare('DELETE FROM userEmbeddings').run();
  });

  it('takes a prompt of the person', async () => {
    const { prompt, candidates } = await generate({ prompt: 'A Drama title:' });
    expect(prompt).toBe('A Drama title:');
    expect(candidates.length).toBeGreaterThan(0);
  });

  it('writes the history before the prompt for a text-prompt run, and not without a user', async () => {
    expect((await generate({ runId: 'run-text' })).prompt).toMatch(/^History: Film .*; Film .*;\nNext title:$/);
    expect((await generate({ runId: 'run-text', userId: null })).prompt).toBe('Next title:');
  });

  it('writes a review of the last event, or of what the prompt says', async () => {
    const { prompt, candidates } = await generate({ runId: 'run-review' });
    expect(prompt).toMatch(/^Review of Film \w \(\d+\) \(\w+, \d\.\d\):$/);
    expect(candidates.every(({ inCatalogue }) => inCatalogue === null)).toBe(true);
    expect((await generate({ runId: 'run-review', prompt: 'Review of Film A (1990):', userId: null })).candidates.length).toBeGreaterThan(
      0,
    );
    await expect(generate({ runId: 'run-review', userId: null })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('expected a prompt or a user for the task "review", got neither'),
    });
    await expect(generate({ runId: 'run-review', constrained: true })).rejects.toMatchObject({ code: 'input-invalid' });
  });

  it('refuses what it cannot do, saying why', async () => {
    await expect(generate({ prompt: '' })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('got 0; change the prompt'),
    });
    await expect(generate({ prompt: 'title '.repeat(1000) })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(generate({ userId: 999 })).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(generate({ runId: 'run-new' })).rejects.toMatchObject({
      code: 'input-invalid',
      message: 'run "run-new": expected a run whose finetune stage is done, got one that is queued; let it finish first',
    });
    await expect(generate({ runId: 'run-none' })).rejects.toMatchObject({ code: 'run-not-found' });
  });
});
