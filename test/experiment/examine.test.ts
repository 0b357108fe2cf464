import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { attentionOfRun, occludeRun } from '../../src-main/experiment/examine.ts';
import { generateForRun } from '../../src-main/experiment/generate.ts';
import { openWorkspace, type Workspace } from '../../src-main/store/workspace.ts';
import type { HistoryEvent } from '../../src-shared/history.ts';
import { createAndExecute } from './runSupport.ts';
import { insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const engine = { name: 'onnx', provider: 'cpu', threads: 1 } as const;
const quick = {
  engine,
  evaluation: { users: 1, efficiencyAt: [1], beams: 2, retention: null },
  training: { steps: 6, learningRate: 0.02 },
};
const USER = 4;
let workspace: Workspace;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'examine-'));
  workspace = openWorkspace(folder);
  insertTinyDataset(workspace);
  await createAndExecute(
    workspace,
    'run-user',
    tinyExperiment({ ...quick, integration: { numHeads: 2, projectionSize: 8, gateInit: 0.5 } }),
  );
  const both = { history: { embedded: 2, prompted: 4 }, integration: { gated: false, numHeads: 2, projectionSize: 8 } };
  await createAndExecute(workspace, 'run-both', tinyExperiment({ ...quick, ...both }));
  const prompted = { integration: { kind: 'text-prompt' }, history: { embedded: 4, prompted: 3 } } as const;
  await createAndExecute(workspace, 'run-text', tinyExperiment({ ...quick, ...prompted }));
  const perceiver = { numLatents: 3, numLayers: 1, numHeads: 2 };
  await createAndExecute(
    workspace,
    'run-perceiver',
    tinyExperiment({ ...quick, integration: { numHeads: 2, projectionSize: 8, perceiver } }),
  );
  const summary = { integration: { kind: 'text-summary' }, history: { embedded: 4, prompted: 3 } } as const;
  await createAndExecute(workspace, 'run-summary', tinyExperiment({ ...quick, ...summary }));
  return () => {
    workspace.close();
    rmSync(folder, { recursive: true });
  };
});

const lastPlace = () => workspace.datasets.timeline('tiny', USER).length - 1;
const request = (runId: string) => ({ runId, userId: USER });

/** The answer's log-probability as decoding through the caches finds it. */
async function decodedScore(runId: string, answer: string, history: HistoryEvent[] | null): Promise<number> {
  const subject = history ? { userId: USER, history } : { userId: null };
  const { candidates } = await generateForRun(workspace, { runId, ...subject, constrained: true, beams: 12 });
  return candidates.find(({ text }) => text === answer)!.score;
}

const events = (from: number, to: number, dropped?: number): HistoryEvent[] =>
  Array.from({ length: to - from }, (_, i) => ({ eventIndex: from + i })).filter(({ eventIndex }) => eventIndex !== dropped);

describe('attentionOfRun', () => {
  it('shows where each token looked: a weight for every event of the window, 1 in all, by layer and head', async () => {
    const attention = await attentionOfRun(workspace, request('run-user'));
    const timeline = workspace.datasets.timeline('tiny', USER);
    expect(attention.answer).toBe(timeline.at(-1)!.title);
    expect(attention.tokens.map(({ text }) => text).join('')).toBe(`Next title: ${attention.answer}`);
    expect(
      attention.tokens
        .filter(({ ofAnswer }) => ofAnswer)
        .map(({ text }) => text)
        .join(''),
    ).toBe(` ${attention.answer}`);
    const first = lastPlace() - 4;
    expect(attention.events).toEqual(timeline.slice(first, -1).map((event, place) => ({ ...event, eventIndex: first + place })));
    expect(attention.slots).toBe('events');
    const [gate] = workspace.runs.get('run-user').gates;
    expect(attention.layers.map(({ layer, gate }) => ({ layer, gate }))).toEqual([{ layer: 0, gate: Math.abs(gate!.value) }]);
    const { weights } = attention.layers[0]!;
    expect(weights).toHaveLength(2);
    for (const row of weights.flat()) {
      expect(row).toHaveLength(4);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
    }
    expect(weights[0]).not.toEqual(weights[1]);
  });

  it('takes another prompt and another answer', async () => {
    const attention = await attentionOfRun(workspace, { ...request('run-user'), prompt: 'A Drama title:', answer: 'Film B' });
    expect(attention.tokens.map(({ text }) => text).join('')).toBe('A Drama title: Film B');
  });

  it('gives events that are in the prompt only no weight', async () => {
    const { events: shown, layers } = await attentionOfRun(workspace, request('run-both'));
    expect(shown).toHaveLength(4);
    expect(layers[0]!.gate).toBe(1);
    for (const row of layers[0]!.weights.flat()) {
      expect(row.slice(0, 2)).toEqual([0, 0]);
      expect(row[2]! + row[3]!).toBeCloseTo(1, 4);
    }
  });

  it('shows the latents of a Perceiver, and nothing where there is no cross-attention', async () => {
    const perceived = await attentionOfRun(workspace, request('run-perceiver'));
    expect(perceived.slots).toBe('latents');
    expect(perceived.layers[0]!.weights[0]![0]).toHaveLength(3);
    expect((await attentionOfRun(workspace, request('run-text'))).layers).toEqual([]);
  });

  it('refuses what it cannot look into, saying why', async () => {
    await expect(attentionOfRun(workspace, { ...request('run-user'), prompt: 'title '.repeat(1000) })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(/^attention: expected a prompt of 1 to \d+ tokens and an answer of 1 to \d+, got \d+ and \d+; change/),
    });
    await expect(attentionOfRun(workspace, { ...request('run-user'), userId: 99 })).rejects.toMatchObject({ code: 'input-invalid' });
  });
});

describe('occludeRun', () => {
  it.each(['run-user', 'run-both', 'run-text', 'run-perceiver'])(
    '%s: gives what the model itself does without each event',
    async (runId) => {
      const { answer } = await attentionOfRun(workspace, request(runId));
      const occlusion = await occludeRun(workspace, request(runId));
      const end = lastPlace();
      const start = end - (runId === 'run-text' ? 3 : 4);
      expect(occlusion.logProbability).toBeCloseTo(await decodedScore(runId, answer, events(0, end)), 4);
      expect(occlusion.withoutUser).toBeCloseTo(await decodedScore(runId, answer, null), 4);
      expect(occlusion.without.map(({ eventIndex }) => eventIndex)).toEqual(events(start, end).map((event) => Object.values(event)[0]));
      for (const { eventIndex, logProbability } of occlusion.without) {
        expect(logProbability).toBeCloseTo(await decodedScore(runId, answer, events(start, end, eventIndex)), 4);
      }
      expect(occlusion.without.some(({ logProbability }) => Math.abs(logProbability - occlusion.logProbability) > 1e-4)).toBe(true);
    },
  );

  it('ends as cancelled when it is no longer wanted', async () => {
    await expect(occludeRun(workspace, request('run-user'), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses a run that reads a summary', async () => {
    await expect(occludeRun(workspace, request('run-summary'))).rejects.toMatchObject({
      message: 'occlusion: expected a run that reads events, got one that reads a summary; choose another run',
    });
  });
});
