import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Engine, floats, type HostTensors, ints, type Tensors } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { tokenLogits } from '../../src-main/model/languageModel/languageModel.ts';
import { initializeParameters, seededUniform } from '../../src-main/model/parameters.ts';
import { mergedModel, type PersonalisedShape, readPersonalised, textLoss } from '../../src-main/model/personalised.ts';
import { decayedParameters, type Strategy, trainableParameters } from '../../src-main/training/strategies.ts';
import { train } from '../../src-main/training/trainer.ts';
import { runOnce } from '../engine/engines.ts';
import { SMALL_INTEGRATIONS, trainedSpecs } from '../engine/smallIntegrations.ts';
import { SMALL_SHAPE, smallBatch } from '../engine/smallModel.ts';

vi.setConfig({ testTimeout: 60_000 });

const INTEGRATIONS = Object.keys(SMALL_INTEGRATIONS);
const STRATEGIES: Strategy[] = ['full', 'lora', 'enc', 'proj'];
const BASE: PersonalisedShape = { languageModel: SMALL_SHAPE.languageModel, user: null };

let engine: Engine;
beforeAll(async () => {
  engine = await createOnnxEngine({ provider: 'cpu', threads: 2 });
});
afterAll(() => engine.dispose());

function shapeOf(integration: string, strategy: Strategy = 'full'): PersonalisedShape {
  const lora = { rank: 4, alpha: 8, targets: ['attention', 'feedForward'] as const };
  return { ...BASE, user: SMALL_INTEGRATIONS[integration]!, ...(strategy === 'lora' && { lora }) };
}

/** Fresh parameters, with the gates open, and hidden states so long that even a frozen output matrix can be sure of a token. */
function parametersOf(shape: PersonalisedShape): HostTensors {
  const parameters = initializeParameters(trainedSpecs(shape), 3);
  for (const [name, { data }] of Object.entries(parameters)) if (name.endsWith('.gate')) data.fill(0.5);
  parameters['lm.finalNorm.weight']!.data.fill(6);
  return parameters;
}

/** Four users with different histories, one text, and another answer of two tokens for each user. */
function answersBatch(): HostTensors {
  const { tokens: _, targets: __, targetWeights: ___, ...history } = smallBatch(1);
  const uniform = seededUniform(8);
  const mask = Int32Array.from({ length: 24 }, (_, i) => (i % 6 < 3 + Math.floor(i / 6) ? 1 : 0));
  return {
    ...history,
    'history.mask': ints(mask, [4, 6]),
    tokens: ints(
      Int32Array.from({ length: 16 }, () => 5),
      [4, 4],
    ),
    targets: ints(
      Int32Array.from({ length: 16 }, () => Math.floor(uniform() * 31)),
      [4, 4],
    ),
    targetWeights: floats(
      Float32Array.from({ length: 16 }, (_, i) => (i % 4 > 1 ? 1 : 0)),
      [4, 4],
    ),
  };
}

async function logitsOf(parameters: HostTensors, shape: PersonalisedShape, batch: HostTensors): Promise<HostTensors> {
  const run = (x: Tensors) => {
    const hidden = readPersonalised(x, shape, x);
    return { logits: tokenLogits(x, shape.languageModel, tf.reshape(hidden, [-1, hidden.shape[2]!])) };
  };
  return runOnce(engine, run, { ...parameters, ...batch }, `logits ${JSON.stringify(shape)}`);
}

async function trainOn(shape: PersonalisedShape, strategy: Strategy, batch: HostTensors, steps = 400) {
  const specs = trainedSpecs(shape);
  return train({
    engine,
    stage: 'finetune',
    key: JSON.stringify(shape),
    loss: (parameters, inputs) => textLoss(parameters, shape, inputs),
    parameters: parametersOf(shape),
    trainable: trainableParameters(specs, strategy),
    decayed: decayedParameters(specs),
    optimizer: { steps, batchSize: 4, accumulation: 1, learningRate: 5e-3, weightDecay: 0, warmup: 0.1, clipNorm: 1 },
    batch: () => batch,
    tokensIn: () => 8,
  });
}

describe.each(INTEGRATIONS)('%s', (integration) => {
  it.each(STRATEGIES)('learns one batch by heart under the strategy %s', async (strategy) => {
    const { finalLoss } = await trainOn(shapeOf(integration, strategy), strategy, answersBatch());
    expect(finalLoss).toBeLessThan(0.05);
  });

  it.each(['enc', 'proj'] as const)('leaves the base model as it was under the strategy %s', async (strategy) => {
    const batch = answersBatch();
    const shape = shapeOf(integration);
    const { parameters } = await trainOn(shape, strategy, batch, 5);
    expect(await logitsOf(parameters, BASE, batch)).toEqual(await logitsOf(parametersOf(shape), BASE, batch));
    expect(await logitsOf(parameters, shape, batch)).not.toEqual(await logitsOf(parameters, BASE, batch));
    const encoder = 'encoder.eventProjection.weight';
    if (strategy === 'proj') expect(parameters[encoder]).toEqual(parametersOf(shape)[encoder]);
    else expect(parameters[encoder]).not.toEqual(parametersOf(shape)[encoder]);
  });

  it('never looks at what stands in a masked event', async () => {
    const shape = shapeOf(integration);
    const batch = smallBatch(1);
    const title = Int32Array.from(batch['history.title']!.data, (id, i) => (batch['history.mask']!.data[i] === 0 ? 7 : id));
    const changed = { ...batch, 'history.title': ints(title, batch['history.title']!.shape) };
    expect(await logitsOf(parametersOf(shape), shape, changed)).toEqual(await logitsOf(parametersOf(shape), shape, batch));
  });

  it('gives permuted users permuted answers', async () => {
    const shape = shapeOf(integration);
    const batch = smallBatch(1);
    const order = [2, 0, 3, 1];
    const permuted = Object.fromEntries(Object.entries(batch).map(([name, tensor]) => [name, permute(tensor, order)]));
    const [before, after] = [await logitsOf(parametersOf(shape), shape, batch), await logitsOf(parametersOf(shape), shape, permuted)];
    const byUser = { ...before['logits']!, shape: [4, 8 * 31] };
    expect(Array.from(after['logits']!.data)).toEqual(Array.from(permute(byUser, order).data));
  });
});

function permute({ data, shape, dtype }: HostTensors[string], order: number[]): HostTensors[string] {
  const size = data.length / shape[0]!;
  const moved = data.slice();
  for (const [row, from] of order.entries()) moved.set(data.subarray(from * size, (from + 1) * size), row * size);
  return { data: moved, shape, dtype };
}

/** Those whose gates multiply all that the user adds; the literal residual replaces the text before the gate comes in. */
const GATED = INTEGRATIONS.filter((name) => {
  const cross = SMALL_INTEGRATIONS[name]!.crossAttention;
  return cross?.gated && cross.residual !== 'paper';
});

function withClosedGates(parameters: HostTensors): HostTensors {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [
      name,
      name.endsWith('.gate') ? floats(new Float32Array(tensor.data.length), tensor.shape) : tensor,
    ]),
  );
}

describe('gates at zero', () => {
  it.each(GATED.flatMap((name) => (['enc', 'proj'] as const).map((strategy) => [name, strategy] as const)))(
    'make %s equal the untouched language model bit for bit, before and after training under %s',
    async (integration, strategy) => {
      const batch = answersBatch();
      const shape = shapeOf(integration);
      const untouched = await logitsOf(parametersOf(shape), BASE, batch);
      expect(await logitsOf(withClosedGates(parametersOf(shape)), shape, batch)).toEqual(untouched);
      const { parameters } = await trainOn(shape, strategy, batch, 5);
      expect(await logitsOf(parameters, shape, batch)).not.toEqual(untouched);
      expect(await logitsOf(withClosedGates(parameters), shape, batch)).toEqual(untouched);
    },
  );
});

describe('a language model that reads the user as text, or not at all', () => {
  it.each(['full', 'lora'] as const)('learns one batch by heart under the strategy %s', async (strategy) => {
    const { user: _, ...shape } = shapeOf(INTEGRATIONS[0]!, strategy);
    const { tokens: __, targets, targetWeights } = answersBatch();
    const tokens = ints(
      Int32Array.from({ length: 16 }, (_unused, i) => 5 + Math.floor(i / 4)),
      [4, 4],
    );
    const { finalLoss } = await trainOn({ ...shape, user: null }, strategy, { tokens, targets: targets!, targetWeights: targetWeights! });
    expect(finalLoss).toBeLessThan(0.05);
  });
});

describe('a user without events', () => {
  it.each(INTEGRATIONS.filter((name) => name.includes('cross-attention')))('reads as in the base model with %s', async (integration) => {
    const shape = shapeOf(integration);
    const row = ({ logits }: HostTensors) => Array.from(logits!.data).slice(2 * 8 * 31, 3 * 8 * 31);
    const personalised = row(await logitsOf(parametersOf(shape), shape, smallBatch(1)));
    expect(personalised).toEqual(row(await logitsOf(parametersOf(shape), BASE, smallBatch(1))));
  });

  it.each(INTEGRATIONS.filter((name) => name.includes('soft prompt')))('has finite answers with a %s', async (integration) => {
    const shape = shapeOf(integration);
    const { logits } = await logitsOf(parametersOf(shape), shape, smallBatch(1));
    expect(logits!.data.every(Number.isFinite)).toBe(true);
  });
});

describe('low-rank adapters', () => {
  it('change nothing before they are trained, and train alone of the language model', async () => {
    const shape = shapeOf('gated cross-attention', 'lora');
    const batch = answersBatch();
    const plain = { ...shape, lora: undefined };
    expect(await logitsOf(parametersOf(shape), shape, batch)).toEqual(
      await logitsOf(parametersOf(shape), plain as PersonalisedShape, batch),
    );
    const { parameters } = await trainOn(shape, 'lora', batch, 5);
    for (const name of Object.keys(parameters).filter((key) => key.startsWith('lm.') && !key.includes('.lora.'))) {
      expect(parameters[name]).toEqual(parametersOf(shape)[name]);
    }
    expect(parameters['lm.layers.1.feedForward.in.lora.b']!.data.some((value) => value !== 0)).toBe(true);
    const merged = mergedModel({ shape, parameters });
    const [beside, within] = [await logitsOf(parameters, shape, batch), await logitsOf(merged.parameters, merged.shape, batch)];
    for (const [i, value] of beside['logits']!.data.entries()) expect(within['logits']!.data[i]).toBeCloseTo(value, 4);
  });
});
