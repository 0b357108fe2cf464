import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, floats, type HostTensors, ints, type Tensors } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { gateValues } from '../../src-main/model/integration/crossAttention.ts';
import { readTexts, tokenLogits } from '../../src-main/model/languageModel/languageModel.ts';
import { countParameters, initializeParameters } from '../../src-main/model/parameters.ts';
import { type PersonalisedShape, personalisedSpecs, readUser, textLoss } from '../../src-main/model/personalised.ts';
import { valueAndGradients } from '../../src-main/training/gradientProgram.ts';
import { runOnce } from '../engine/engines.ts';
import { SMALL_INTEGRATIONS } from '../engine/smallIntegrations.ts';
import { SMALL_SHAPE, smallBatch, smallSpecs, trainSmallModel } from '../engine/smallModel.ts';

const BASE: PersonalisedShape = { ...SMALL_SHAPE, user: null };
let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxEngine({ provider: 'cpu', threads: 2 });
});
afterAll(() => engine.dispose());

async function hiddenStates(parameters: HostTensors, shape: PersonalisedShape, batch: HostTensors): Promise<HostTensors> {
  const run = (x: Tensors) => {
    const hidden = readTexts(x, shape.languageModel, x['tokens']!, readUser(x, shape, x));
    return {
      hidden,
      logits: tokenLogits(x, shape.languageModel, tf.reshape(hidden, [-1, shape.languageModel.dModel])),
      loss: textLoss(x, shape, x),
    };
  };
  return runOnce(engine, run, { ...parameters, ...batch }, `hidden ${shape.user === null}`);
}

describe('a personalised language model', () => {
  it('equals the base language model bit for bit while its gates are zero', async () => {
    const parameters = initializeParameters(smallSpecs(), 3);
    expect(await hiddenStates(parameters, SMALL_SHAPE, smallBatch(1))).toEqual(await hiddenStates(parameters, BASE, smallBatch(1)));
  });

  it('leaves the base model after training, but not for a user without events', async () => {
    const { parameters } = await trainSmallModel(engine, 10);
    const [personalised, base] = [
      await hiddenStates(parameters, SMALL_SHAPE, smallBatch(1)),
      await hiddenStates(parameters, BASE, smallBatch(1)),
    ];
    const row = (result: HostTensors, user: number) => Array.from(result['hidden']!.data).slice(user * 8 * 16, (user + 1) * 8 * 16);
    expect(row(personalised, 0)).not.toEqual(row(base, 0));
    expect(row(personalised, 2)).toEqual(row(base, 2));
    expect(gateValues(parameters).every((gate) => gate.value !== 0)).toBe(true);
  });

  it('never looks at what stands in a masked event', async () => {
    const parameters = (await trainSmallModel(engine, 5)).parameters;
    const batch = smallBatch(1);
    const title = Int32Array.from(batch['history.title']!.data, (id, i) => (batch['history.mask']!.data[i] === 0 ? 7 : id));
    const changed = { ...batch, 'history.title': ints(title, batch['history.title']!.shape) };
    expect(await hiddenStates(parameters, SMALL_SHAPE, changed)).toEqual(await hiddenStates(parameters, SMALL_SHAPE, batch));
  });

  it('has the same loss and gradients whether all positions are read or only those with a target', async () => {
    const parameters = initializeParameters(smallSpecs(), 3);
    const batch = smallBatch(1);
    const positions = Array.from(batch['targetWeights']!.data.keys()).filter((position) => batch['targetWeights']!.data[position] === 1);
    const { targets, targetWeights, ...texts } = batch;
    const asked: HostTensors = {
      ...texts,
      // One slot of padding, with weight 0, points at the first position.
      targetPositions: ints(Int32Array.of(...positions, 0), [positions.length + 1]),
      targets: ints(Int32Array.of(...positions.map((position) => targets!.data[position]!), 0), [positions.length + 1]),
      targetWeights: floats(Float32Array.of(...positions.map(() => 1), 0), [positions.length + 1]),
    };
    const lossAndGradients = (x: Tensors) => {
      const { value, gradients } = valueAndGradients(Object.keys(parameters), x, (all) => textLoss(all, SMALL_SHAPE, all));
      return { loss: value, ...gradients };
    };
    const everywhere = await runOnce(engine, lossAndGradients, { ...parameters, ...batch }, 'loss everywhere');
    const selected = await runOnce(engine, lossAndGradients, { ...parameters, ...asked }, 'loss at targets');
    for (const [name, { data }] of Object.entries(everywhere)) {
      for (const [i, value] of data.entries()) expect(selected[name]!.data[i], `${name}[${i}]`).toBeCloseTo(value, 5);
    }
  });

  it('has the same loss and gradients whether texts share an encoded history or have it each for themselves', async () => {
    const parameters = initializeParameters(smallSpecs(), 3);
    for (const layer of [0, 1]) parameters[`integration.layers.${layer}.gate`]!.data.fill(0.5);
    const batch = smallBatch(1);
    // Two histories of six events; of each, the first text sees two events and the second all.
    const visible = ints(
      Int32Array.from({ length: 4 * 6 }, (_, i) => (i % 12 < 2 || i % 12 >= 6 ? 1 : 0)),
      [4, 6],
    );
    const full = (rows: number) => ints(new Int32Array(rows * 6).fill(1), [rows, 6]);
    const shared: HostTensors = { ...batch, 'history.mask': full(2), 'history.visible': visible };
    const each: HostTensors = { ...batch, 'history.mask': visible };
    for (const name of ['history.title', 'history.rating']) {
      const [first, second] = [batch[name]!.data.slice(0, 6), batch[name]!.data.slice(6, 12)];
      shared[name] = ints(Int32Array.of(...first, ...second), [2, 6]);
      each[name] = ints(Int32Array.of(...first, ...first, ...second, ...second), [4, 6]);
    }
    const lossAndGradients = (x: Tensors) => {
      const { value, gradients } = valueAndGradients(Object.keys(parameters), x, (all) => textLoss(all, SMALL_SHAPE, all));
      return { loss: value, ...gradients };
    };
    const expected = await runOnce(engine, lossAndGradients, { ...parameters, ...each }, 'a history each');
    const actual = await runOnce(engine, lossAndGradients, { ...parameters, ...shared }, 'shared histories');
    for (const [name, { data }] of Object.entries(expected)) {
      for (const [i, value] of data.entries()) expect(actual[name]!.data[i], `${name}[${i}]`).toBeCloseTo(value, 5);
    }
  });

  it('counts its parameters by component', () => {
    const specs = smallSpecs();
    const trainable = new Set(Object.keys(specs).filter((name) => specs[name]!.component !== 'languageModel'));
    const block = (d: number) => 4 * d + (d * 3 * d + 3 * d) + (d * d + d) + (d * 4 * d + 4 * d) + (4 * d * d + d);
    const languageModel = 31 * 16 + 8 * 16 + 2 * block(16) + 2 * 16;
    const encoder = (19 + 6) * 8 + (2 * 8 * 8 + 8) + 6 * 8 + 2 * block(8) + 2 * 8;
    const projection = 8 * 8 + 8 + 6 * 8;
    const crossAttention = 2 * (2 * 16 + 16 * 16 + 8 * 16 + 8 * 16 + 16 * 16);
    const counts = countParameters(specs, trainable);
    expect(counts.byComponent).toEqual({
      languageModel: { total: languageModel, trainable: 0 },
      encoder: { total: encoder, trainable: encoder },
      projection: { total: projection, trainable: projection },
      crossAttention: { total: crossAttention, trainable: crossAttention },
      gates: { total: 2, trainable: 2 },
    });
    expect(counts.trainable).toBe(counts.total - languageModel);
  });

  it('counts a Perceiver, a soft prompt and adapters to the last parameter', () => {
    const counted = (shape: PersonalisedShape) => {
      const { byComponent } = countParameters(personalisedSpecs(shape), new Set());
      return Object.fromEntries(Object.entries(byComponent).map(([component, { total }]) => [component, total]));
    };
    const [d, p, latents, text] = [8, 8, 3, 16];
    const projection = d * p + p + 6 * p;
    // Latents; three norms of events, latents and feed-forward part; query, key, value and output; the feed-forward part; a last norm.
    const attention = 4 * p * p;
    const feedForward = p * 4 * p + 4 * p + 4 * p * p + p;
    const perceiver = latents * p + (3 * 2 * p + attention + feedForward) + 2 * p;
    expect(counted({ ...BASE, user: SMALL_INTEGRATIONS['cross-attention through a Perceiver']! })).toMatchObject({ projection, perceiver });
    expect(counted({ ...BASE, user: SMALL_INTEGRATIONS['soft prompt']! })).toMatchObject({ projection, softPrompt: 2 * text + p * text });
    // Rank 4: qkv and output of the attention, in and out of the feed-forward part, two layers.
    const lora = 2 * 4 * (text + 3 * text + (text + text) + (text + 4 * text) + (4 * text + text));
    const adapted = counted({ ...BASE, lora: { rank: 4, alpha: 8, targets: ['attention', 'feedForward'] } });
    expect(adapted).toEqual({ languageModel: counted(BASE).languageModel, lora });
  });

  it('starts from the same numbers whatever other parameters there are', () => {
    const specs = smallSpecs();
    const name = 'lm.layers.0.attention.qkv.weight';
    expect(initializeParameters({ [name]: specs[name]! }, 4)[name]).toEqual(initializeParameters(specs, 4)[name]);
    expect(initializeParameters(specs, 5)[name]).not.toEqual(initializeParameters(specs, 4)[name]);
  });
});
