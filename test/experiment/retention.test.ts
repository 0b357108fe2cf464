import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { validateExperiment } from '../../src-main/backend/experimentChecks.ts';
import { type Engine, floats, type HostTensors, ints } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { GENERIC_TEXT } from '../../src-main/evaluation/genericText.ts';
import { windowsOf, windowValues } from '../../src-main/experiment/evaluateRetention.ts';
import { readRetentionText } from '../../src-main/experiment/retentionText.ts';
import { initializeParameters } from '../../src-main/model/parameters.ts';
import { BASE_PREFIX, compareWithBase } from '../../src-main/model/retention.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';
import { runOnce } from '../engine/engines.ts';
import { SMALL_SHAPE, smallBatch, smallSpecs } from '../engine/smallModel.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { createAndExecute } from './runSupport.ts';
import { insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

vi.setConfig({ testTimeout: 60_000 });
const onnx = { name: 'onnx', provider: 'cpu', threads: 1 } as const;

describe('compareWithBase', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createOnnxEngine({ provider: 'cpu', threads: 1 });
  });
  afterAll(() => engine.dispose());

  const [rows, length, vocabulary] = [4, 8, 31];
  const { tokens, targets, targetWeights: _, ...history } = smallBatch(1);
  const shape = { languageModel: SMALL_SHAPE.languageModel, user: null };
  const base = (parameters: HostTensors) =>
    Object.fromEntries(
      Object.entries(parameters).flatMap(([name, value]) => (name.startsWith('lm.') ? [[BASE_PREFIX + name, value]] : [])),
    );

  it('is what logits of both models say, computed here in double precision', async () => {
    const [p, q] = [initializeParameters(smallSpecs(), 3), initializeParameters(smallSpecs(), 4)];
    const found = await runOnce(
      engine,
      (x) => compareWithBase(x, shape, x),
      { ...p, ...base(q), tokens: tokens!, targets: targets! },
      'pq',
    );
    const [ofP, ofQ] = [await logProbabilities(p), await logProbabilities(q)];
    for (let place = 0; place < rows * length; place++) {
      const row = (values: Float64Array) => values.subarray(place * vocabulary, (place + 1) * vocabulary);
      const [mine, theirs] = [row(ofP), row(ofQ)];
      const target = targets!.data[place]!;
      expect(found['loss']!.data[place]).toBeCloseTo(-mine[target]!, 4);
      expect(found['baseLoss']!.data[place]).toBeCloseTo(-theirs[target]!, 4);
      const kl = theirs.reduce((sum, value, token) => sum + Math.exp(value) * (value - mine[token]!), 0);
      expect(found['kl']!.data[place]).toBeCloseTo(kl, 4);
      const best = (values: Float64Array) => values.indexOf(Math.max(...values));
      expect(found['top1']!.data[place]).toBe(best(mine) === best(theirs) ? 1 : 0);
    }
    expect(Math.min(...found['kl']!.data)).toBeGreaterThan(0);
  });

  it('finds no difference at all between a model and itself, and some once a user with open gates is read', async () => {
    const parameters = initializeParameters(smallSpecs(), 3);
    for (const layer of [0, 1]) parameters[`integration.layers.${layer}.gate`]!.data.fill(0.8);
    const inputs = { ...parameters, ...base(parameters), tokens: tokens!, targets: targets!, ...history };
    const off = await runOnce(engine, (x) => compareWithBase(x, shape, x), inputs, 'off');
    expect(off['kl']!.data.every((value) => value === 0)).toBe(true);
    expect(off['top1']!.data.every((value) => value === 1)).toBe(true);
    const on = await runOnce(engine, (x) => compareWithBase(x, SMALL_SHAPE, x), inputs, 'on');
    expect(Math.max(...on['kl']!.data)).toBeGreaterThan(1e-4);
    // The third user has no events.
    expect(on['kl']!.data.subarray(2 * length, 3 * length).every((value) => value === 0)).toBe(true);
  });

  /** By asking for every token of the vocabulary as the target. */
  async function logProbabilities(parameters: HostTensors): Promise<Float64Array> {
    const all = new Float64Array(rows * length * vocabulary);
    for (let token = 0; token < vocabulary; token++) {
      const asked = ints(new Int32Array(rows * length).fill(token), [rows, length]);
      const inputs = { ...parameters, ...base(parameters), tokens: tokens!, targets: asked };
      const { loss } = await runOnce(engine, (x) => compareWithBase(x, shape, x), inputs, 'each token');
      for (let place = 0; place < rows * length; place++) all[place * vocabulary + token] = -loss!.data[place]!;
    }
    return all;
  }
});

describe('windowValues', () => {
  it('are the means of a row over the positions after which the text goes on', () => {
    const row = (...values: number[]) => floats(Float32Array.from([9, 9, 9, 9, ...values]), [8]);
    const host = { baseLoss: row(1, 2, 3, 100), loss: row(2, 4, 6, 100), kl: row(0, 0, 3, 100), top1: row(1, 0, 1, 0) };
    const { top1, ...others } = windowValues(host, 1, 4);
    expect(others).toEqual({ baseLoss: 2, loss: 4, kl: 1 });
    expect(top1).toBeCloseTo(2 / 3, 12);
  });
});

describe('windowsOf', () => {
  const tokenizer = new Tokenizer(trainBytePairTokenizer([GENERIC_TEXT], 400));

  it('cuts the text into equal stretches, as long as the model can read', () => {
    const windows = windowsOf(GENERIC_TEXT, tokenizer, 64);
    expect(windows.every((tokens) => tokens.length === 64)).toBe(true);
    expect(GENERIC_TEXT.startsWith(tokenizer.decode(windows.flat()).slice(0, 1000))).toBe(true);
    expect(windowsOf(GENERIC_TEXT, tokenizer, 4096)[0]).toHaveLength(128);
  });

  it('takes 8,192 tokens at most, and a short text whole', () => {
    expect(windowsOf(GENERIC_TEXT.repeat(20), tokenizer, 4096).flat()).toHaveLength(8192);
    const short = 'A short text.';
    expect(windowsOf(short, tokenizer, 4096)).toEqual([tokenizer.encode(short)]);
  });
});

describe('knowledge retention of a run', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
  });
  const retained = async (runId: string, overrides: Parameters<typeof tinyExperiment>[0]) => {
    const evaluation = { users: 3, beams: 2, candidates: 0, efficiencyAt: [1], retention: {} };
    const { metrics } = await createAndExecute(workspace, runId, tinyExperiment({ engine: onnx, ...overrides, evaluation }));
    return (name: string) => metrics[`retention.${name}`]!;
  };

  it('is all of the language model under a strategy that freezes it, but for what the user path changes', async () => {
    const of = await retained('run-0001', { strategy: 'enc', integration: { gateInit: 1 } });
    expect(of('perplexity.userOff').value).toBe(of('basePerplexity').value);
    expect(of('kl.userOff')).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(of('top1.userOff').value).toBe(1);
    expect(of('kl').value).toBeGreaterThan(0);
    expect(of('perplexity').value).not.toBe(of('basePerplexity').value);
    expect(of('kl').n).toBeGreaterThan(10);
  });

  it.each(['full', 'lora'] as const)('is less under %s, with the user and without', async (strategy) => {
    const of = await retained('run-0001', { strategy, training: { steps: 10, learningRate: 0.02 } });
    expect(of('kl.userOff').value).toBeGreaterThan(0);
    expect(of('perplexity.userOff').value).not.toBe(of('basePerplexity').value);
    expect(of('kl').low).toBeLessThanOrEqual(of('kl').value);
  });

  it('is the same on and off for a model that has no user path, here one that starts untrained', async () => {
    const of = await retained('run-0001', {
      integration: { kind: 'none' },
      languageModel: { pretraining: { steps: 0, batchSize: 4 } },
    });
    expect(of('kl')).toEqual(of('kl.userOff'));
    expect(of('kl').value).toBeGreaterThan(0);
  });
});

describe('readRetentionText', () => {
  const read = (workspace: Workspace, text: string | null) =>
    readRetentionText(workspace, tinyExperiment({ evaluation: { retention: { text } } }));

  it('takes the text of the program, a file beside the workspace, or none', () => {
    const workspace = temporaryWorkspace();
    expect(read(workspace, null)).toBe(GENERIC_TEXT);
    expect(readRetentionText(workspace, tinyExperiment({}))).toBeNull();
    writeFileSync(join(workspace.path, 'mine.txt'), 'A text of my own. '.repeat(10));
    expect(read(workspace, 'mine.txt')).toMatch(/^A text of my own\./);
    writeFileSync(join(workspace.path, 'long.txt'), 'é'.repeat(1 << 20));
    expect(read(workspace, join(workspace.path, 'long.txt'))).toMatch(/^é+$/);
  });

  it.each([
    ['that is not there', 'none.txt', 'file-not-found', 'does not exist'],
    ['that is a folder', 'folder', 'file-not-readable', 'got a folder'],
    ['that is too short', 'short.txt', 'file-not-readable', 'expected a text of at least 100 characters'],
    ['of other bytes', 'bytes.bin', 'file-not-readable', 'expected UTF-8 text'],
  ])('refuses a file %s, before anything is trained', async (_, name, code, message) => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    mkdirSync(join(workspace.path, 'folder'));
    writeFileSync(join(workspace.path, 'short.txt'), 'Too short.');
    writeFileSync(join(workspace.path, 'bytes.bin'), Buffer.alloc(500, 0xff));
    expect(() => read(workspace, name)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
    const text = JSON.stringify({ dataset: 'tiny', evaluation: { retention: { text: name } } });
    const { problems } = await validateExperiment(workspace, text);
    expect(problems).toMatchObject([{ path: 'evaluation.retention.text', message: expect.stringContaining(message) }]);
  });
});
