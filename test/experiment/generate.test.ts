import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { crossAttentionOutputs, withGateScale } from '../../src-main/experiment/gateScale.ts';
import { generateForRun, openGenerator, writeForRun } from '../../src-main/experiment/generate.ts';
import { writeAnswers } from '../../src-main/experiment/loadedModel.ts';
import { readUserHistory } from '../../src-main/experiment/userHistory.ts';
import { embeddingsFor, readAsked } from '../../src-main/experiment/writtenFor.ts';
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

const scoresOf = async (request: Parameters<typeof generate>[0]) =>
  (await generate({ constrained: true, ...request })).candidates.map(({ score }) => score);
const ownEvents = async (userId: number) =>
  (await readUserHistory(workspace, 'run-user', userId)).events.map((_, eventIndex) => ({ eventIndex }));

describe('an edited history', () => {
  it('of all the own events changes nothing, and every edit changes the answers', async () => {
    const events = await ownEvents(3);
    const own = await scoresOf({ userId: 3 });
    expect(await scoresOf({ userId: 3, history: events })).toEqual(own);
    expect(await scoresOf({ userId: 3, history: events.slice(0, -1) })).not.toEqual(own);
    expect(await scoresOf({ userId: 3, history: events.toReversed() })).not.toEqual(own);
    expect(await scoresOf({ userId: 3, history: [...events, { itemId: 4, rating: '5.0' }] })).not.toEqual(own);
  });

  it('that copies what another user did answers as for that user', async () => {
    const { events } = await readUserHistory(workspace, 'run-user', 7);
    const copied = events.map(({ itemId, rating }) => ({ itemId, rating }));
    expect(await scoresOf({ userId: 3, history: copied })).toEqual(await scoresOf({ userId: 7 }));
    expect((await writeForRun(workspace, { ...writing, userId: 3, history: copied, promptedEvents: 3 })).prompt).toBe(
      (await writeForRun(workspace, { ...writing, userId: 7, promptedEvents: 3 })).prompt,
    );
  });

  it('without events answers as without a user', async () => {
    expect(await scoresOf({ userId: 3, history: [] })).toEqual(await scoresOf({ userId: null }));
  });

  it.each([
    [{ eventIndex: 99 }, /^history: expected an event from 0 to \d+, got 99; choose another$/],
    [{ itemId: 12, rating: '5.0' }, 'history: expected an item from 0 to 11, got 12; choose another'],
    [{ itemId: 1, rating: '9' }, 'history: expected one of the ratings 2.0, 3.5, 5.0, got "9"; choose one of them'],
  ])('is refused with %j', async (event, message) => {
    await expect(generate({ history: [event] })).rejects.toMatchObject({ code: 'input-invalid', message: expect.stringMatching(message) });
  });
});

const writing = {
  runId: 'run-user',
  options: { maxTokens: 6, temperature: 0.8, topK: 0, topP: 1, repetitionPenalty: 1, beams: 1, stop: [], seed: 5 },
};

describe('how a text is told of the user', () => {
  it('by embeddings, by the prompt, or not at all', async () => {
    expect(await scoresOf({ userId: 3, userPath: false })).toEqual(await scoresOf({ userId: null }));
    const { prompt, text, pieces } = await writeForRun(workspace, { ...writing, userId: 3, userPath: false, promptedEvents: 2 });
    expect(prompt).toMatch(/^History: Film .*; Film .*;\nNext title:$/);
    expect(pieces.join('')).toBe(text);
    expect((await writeForRun(workspace, { ...writing, userId: 3 })).prompt).toBe('Next title:');
  });

  it('as if every gate were what it is times the scale', async () => {
    const generator = await openGenerator(workspace, 'run-user');
    const request = { userId: 3 };
    const alpha = await generator.model.parameters['integration.layers.0.gate']!.read();
    const scaledAlpha = await generator.model.engine.upload({
      ...alpha,
      data: Float32Array.from(alpha.data, (value) => Math.atanh(2 * Math.tanh(value))),
    });
    const options = {
      prompts: [generator.model.tokenizer.encodePrompt('Next title:')],
      history: await embeddingsFor(workspace, generator, readAsked(generator, request, true), request),
      beams: 4,
      maxTokens: generator.examples.longestAnswer,
      trie: generator.closed!.trie,
    };
    const parameters = { ...generator.model.parameters, 'integration.layers.0.gate': scaledAlpha };
    const [expected] = await writeAnswers({ ...generator.model, parameters }, options);
    const scores = await scoresOf({ ...request, gateScale: 2 });
    for (const [place, score] of scores.entries()) expect(score).toBeCloseTo(expected![place]!.score, 4);
    expect(scores).not.toEqual(await scoresOf(request));
    expect(await scoresOf({ ...request, gateScale: 0 })).toEqual(await scoresOf({ userId: null }));
    expect(await scoresOf({ ...request, gateScale: 1 })).toEqual(await scoresOf(request));
  });

  it('as in training when that is asked for, a review of the last event included', async () => {
    const { prompt } = await writeForRun(workspace, { ...writing, runId: 'run-text', userId: 3, promptedEvents: 'as-trained' });
    expect(prompt).toBe((await generate({ runId: 'run-text' })).prompt);
    const { taskPrompt, events } = await readUserHistory(workspace, 'run-review', 3);
    expect(taskPrompt).toContain(`Review of ${events.at(-1)!.title} (`);
    expect((await writeForRun(workspace, { ...writing, runId: 'run-review', userId: 3 })).prompt).toBe(taskPrompt);
    await expect(generate({ runId: 'run-review', history: [] })).rejects.toMatchObject({
      message: 'history: expected an event that a review can be about, got none; add one',
    });
  });

  it('refuses a gate scale where there is no cross-attention', async () => {
    await expect(generate({ runId: 'run-text', gateScale: 2 })).rejects.toMatchObject({
      message: 'gateScale: expected a run with cross-attention, got one without; leave it at 1',
    });
  });

  it('keeps nothing of a scaled model on the engine when writing fails', async () => {
    const { model, crossAttentionOutputs: outputs } = await openGenerator(workspace, 'run-user');
    const [name] = Object.keys(crossAttentionOutputs(outputs)) as [string];
    const disposed: unknown[] = [];
    const failing = withGateScale(model, outputs, 3, async ({ parameters }) => {
      vi.spyOn(parameters[name]!, 'dispose').mockImplementation(() => void disposed.push(parameters[name]));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(disposed).toHaveLength(1);
    expect(disposed[0]).not.toBe(model.parameters[name]);
  });
});

describe('generating', () => {
  it('ends as cancelled when it is no longer wanted', async () => {
    const request = { runId: 'run-user', userId: 3, constrained: true, beams: 4 };
    await expect(generateForRun(workspace, request, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('readUserHistory', () => {
  it('tells the events as the run sees them, and what it asks', async () => {
    const { events, ...rest } = await readUserHistory(workspace, 'run-text', 3);
    expect(rest).toEqual({ embeddedEvents: 4, promptedEvents: 2, taskPrompt: 'Next title:', ratings: ['2.0', '3.5', '5.0'] });
    expect(events).toEqual(workspace.datasets.timeline('tiny', 3));
    await expect(readUserHistory(workspace, 'run-text', 999)).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
