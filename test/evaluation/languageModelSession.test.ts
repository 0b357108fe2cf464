import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceTensors, type Engine, type HostTensors, ints, type Tensors } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { createSession } from '../../src-main/evaluation/languageModelSession.ts';
import { tokenLogits } from '../../src-main/model/languageModel/languageModel.ts';
import type { LlamaShape } from '../../src-main/model/languageModel/llama.ts';
import { initializeParameters } from '../../src-main/model/parameters.ts';
import { mergedModel, type PersonalisedShape, readPersonalised } from '../../src-main/model/personalised.ts';
import { runOnce } from '../engine/engines.ts';
import { maxDifference } from '../engine/goldenValues.ts';
import { SMALL_INTEGRATIONS, trainedSpecs } from '../engine/smallIntegrations.ts';
import { SMALL_SHAPE, smallBatch, smallSpecs } from '../engine/smallModel.ts';

const SHAPE: PersonalisedShape = { ...SMALL_SHAPE, languageModel: { ...SMALL_SHAPE.languageModel, maxPositions: 16 } };
const VOCABULARY = SHAPE.languageModel.vocabularySize;
const PROMPTS = [[1, 2, 3], [4], [5, 6, 7, 8], [9, 10]];
const BEAMS = 3;
const HISTORY = Object.fromEntries(Object.entries(smallBatch(3)).filter(([name]) => name.startsWith('history.')));

let engine: Engine;
let values: HostTensors;
let parameters: DeviceTensors;

beforeAll(async () => {
  engine = await createOnnxEngine({ provider: 'cpu', threads: 2 });
  const specs = { ...smallSpecs(), ...positionSpecs() };
  values = initializeParameters(specs, 9);
  for (const [name, tensor] of Object.entries(values)) {
    if (name.endsWith('.gate')) tensor.data.fill(0.7);
    if (!name.startsWith('lm.') || !name.endsWith('.weight') || tensor.shape.length !== 2) continue;
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = 2 * tensor.data[i]!;
  }
  parameters = {};
  for (const [name, tensor] of Object.entries(values)) parameters[name] = await engine.upload(tensor);
});
afterAll(() => engine.dispose());

/** Log-probabilities of the token after `text`, by reading the whole text again. */
function fromScratch(text: number[], user: number | null): Promise<Float32Array> {
  return readAnew(values, user === null ? { ...SHAPE, user: null } : SHAPE, text, user ?? 0);
}

async function readAnew(parameters: HostTensors, shape: PersonalisedShape, text: number[], user: number): Promise<Float32Array> {
  const history = shape.user ? Object.fromEntries(Object.entries(HISTORY).map(([name, tensor]) => [name, rowOf(tensor, user)])) : {};
  const run = (x: Tensors) => {
    const hidden = tf.reshape(readPersonalised(x, shape, x), [text.length, -1]);
    return { y: tf.logSoftmax(tokenLogits(x, shape.languageModel, tf.slice(hidden, [text.length - 1, 0], [1, -1]))) };
  };
  const inputs = { ...parameters, tokens: ints(Int32Array.from(text), [1, text.length]), ...history };
  return (await runOnce(engine, run, inputs, `anew ${JSON.stringify(shape)}`))['y']!.data as Float32Array;
}

function positionSpecs() {
  const name = 'lm.positionEmbedding.weight';
  return { [name]: { ...smallSpecs()[name]!, shape: [16, 16] } };
}

function rowOf({ data, shape }: HostTensors[string], row: number) {
  return ints((data as Int32Array).slice(row * shape[1]!, (row + 1) * shape[1]!), [1, shape[1]!]);
}

/** A model of Llama's family: rotary positions, grouped-query attention, a sliding layer. */
const LLAMA: LlamaShape = {
  architecture: 'llama',
  vocabularySize: VOCABULARY,
  maxPositions: 16,
  dModel: 16,
  numLayers: 2,
  numHeads: 4,
  numKeyValueHeads: 2,
  headDim: 4,
  feedForwardSize: 24,
  activation: 'silu',
  normEpsilon: 1e-5,
  normGainOffset: 0,
  postNorms: false,
  queryKeyNorm: false,
  biases: { queryKeyValue: true, attentionOut: false, feedForward: false },
  tiedHead: true,
  embeddingScale: 1,
  attention: { scale: 0.5, softcap: null },
  logitSoftcap: null,
  layers: ['full', 'sliding'],
  window: 3,
  rope: { full: { theta: 10000, scaling: null }, sliding: { theta: 10000, scaling: null } },
};

describe.each([
  ['a GPT', SHAPE.languageModel],
  ['a Llama', LLAMA],
])('LanguageModelSession of %s', (_, languageModel) => {
  const lora = { rank: 2, alpha: 6, targets: ['attention', 'feedForward'] } as const;
  it.each(Object.keys(SMALL_INTEGRATIONS))('continues texts as if they were read anew: %s', async (integration) => {
    const shape: PersonalisedShape = { languageModel, lora, user: SMALL_INTEGRATIONS[integration]! };
    const fresh = initializeParameters(trainedSpecs(shape), 9);
    for (const [name, { data }] of Object.entries(fresh)) {
      if (name.endsWith('.gate')) data.fill(0.7);
      if (name.endsWith('.lora.b')) for (let i = 0; i < data.length; i++) data[i] = Math.sin(i) / 4;
    }
    const merged = mergedModel({ shape, parameters: fresh });
    const resident: DeviceTensors = {};
    for (const [name, tensor] of Object.entries(merged.parameters)) resident[name] = await engine.upload(tensor);
    const options = { engine, parameters: resident, shape: merged.shape, prompts: PROMPTS, history: HISTORY, beams: 1, maxTokens: 4 };
    const session = createSession(options);
    let next = await session.start();
    const texts = PROMPTS.map((prompt) => [...prompt]);
    for (let step = 0; step < 3; step++) {
      for (const [row, text] of texts.entries()) {
        // Read anew with the adapters beside the weights: merged and unmerged must agree as well.
        const expected = await readAnew(fresh, shape, text, row);
        expect(maxDifference(next.subarray(row * VOCABULARY, (row + 1) * VOCABULARY), expected), `row ${row}, step ${step}`).toBeLessThan(
          5e-5,
        );
      }
      const tokens = Int32Array.from(texts, (_, row) => (row * 7 + step * 5) % VOCABULARY);
      for (const [row, text] of texts.entries()) text.push(tokens[row]!);
      next = await session.advance(
        Int32Array.from(texts, (_, row) => row),
        tokens,
      );
    }
    session.dispose();
  });
});

describe('LanguageModelSession', () => {
  it.each([true, false])('continues every row exactly as if its whole text were read anew (user path %s)', async (personalised) => {
    const shape = personalised ? SHAPE : { ...SHAPE, user: null };
    const session = createSession({
      engine,
      parameters,
      shape,
      prompts: PROMPTS,
      history: personalised ? HISTORY : null,
      beams: BEAMS,
      maxTokens: 5,
    });
    const user = (prompt: number) => (personalised ? prompt : null);
    const start = await session.start();
    for (const [prompt, text] of PROMPTS.entries()) {
      expect(
        maxDifference(start.subarray(prompt * VOCABULARY, (prompt + 1) * VOCABULARY), await fromScratch(text, user(prompt))),
      ).toBeLessThan(2e-5);
    }
    let texts = PROMPTS.flatMap((prompt) => Array.from({ length: BEAMS }, () => prompt));
    for (let step = 0; step < 4; step++) {
      // Rows change places within their prompt, as beams do.
      const parents = Int32Array.from(texts, (_, row) =>
        step === 0 ? Math.floor(row / BEAMS) : Math.floor(row / BEAMS) * BEAMS + ((row * 2 + step) % BEAMS),
      );
      const tokens = Int32Array.from(texts, (_, row) => (row * 7 + step * 5) % VOCABULARY);
      const before = texts;
      texts = before.map((text, row) => [...(step === 0 ? text : before[parents[row]!]!), tokens[row]!]);
      const next = await session.advance(parents, tokens);
      for (const [row, text] of texts.entries()) {
        const expected = await fromScratch(text, user(Math.floor(row / BEAMS)));
        expect(maxDifference(next.subarray(row * VOCABULARY, (row + 1) * VOCABULARY), expected), `row ${row}, step ${step}`).toBeLessThan(
          2e-5,
        );
      }
    }
    session.dispose();
  });

  it('gives users of different histories different continuations, and a user without events those of the base model', async () => {
    const open = (shape: PersonalisedShape) =>
      createSession({ engine, parameters, shape, prompts: [[1], [1], [1], [1]], history: HISTORY, beams: 1, maxTokens: 2 });
    const [personalised, base] = [await open(SHAPE).start(), await open({ ...SHAPE, user: null }).start()];
    const row = (all: Float32Array, i: number) => Array.from(all.subarray(i * VOCABULARY, (i + 1) * VOCABULARY));
    expect(maxDifference(row(personalised, 0), row(personalised, 1))).toBeGreaterThan(1e-4);
    expect(row(personalised, 2)).toEqual(row(base, 2));
  });

  it('refuses a prompt that leaves no room for the answer', () => {
    const prompts = [Array<number>(14).fill(1)];
    expect(() => createSession({ engine, parameters, shape: SHAPE, prompts, history: HISTORY, beams: 1, maxTokens: 5 })).toThrow(
      'expected prompt and answer within 16 tokens, got 14 + 5',
    );
  });
});
