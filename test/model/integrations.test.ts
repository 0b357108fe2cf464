import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine, HostTensors, Tensors } from '../../src-main/engine/engine.ts';
import { tokenLogits } from '../../src-main/model/languageModel/languageModel.ts';
import { mergedModel, type PersonalisedShape, personalisedSpecs, readPersonalised, textLoss } from '../../src-main/model/personalised.ts';
import { ENGINES, runOnce, withGradients } from '../engine/engines.ts';
import { expectClose, hostTensors, maxDifference, readGolden } from '../engine/goldenValues.ts';
import { goldenParameters } from './goldenParameters.ts';

const golden = readGolden('integrations');
const VARIANTS = Object.keys(golden.variants);
// float32 against float64: gradients of the encoder pass through every layer twice.
const TOLERANCE = 2e-5;

function shapeOf(variant: string): PersonalisedShape {
  const { lora, ...user } = golden.variants[variant].shape;
  return { languageModel: golden.languageModel, ...(lora && { lora }), user: { encoder: golden.encoder, ...user } };
}

function parametersOf(variant: string): HostTensors {
  return goldenParameters(golden.variants[variant].shapes);
}

function logits(x: Tensors, shape: PersonalisedShape): tf.Tensor {
  const hidden = readPersonalised(x, shape, x);
  const [batch, length, width] = hidden.shape as [number, number, number];
  return tf.reshape(tokenLogits(x, shape.languageModel, tf.reshape(hidden, [-1, width])), [
    batch,
    length,
    shape.languageModel.vocabularySize,
  ]);
}

describe.each(Object.keys(ENGINES))('%s engine, against the PyTorch implementation', (name) => {
  let engine: Engine;
  const open = async () => (engine ??= await ENGINES[name]!());
  afterAll(() => engine?.dispose());

  it.each(VARIANTS)('gives %s its logits, loss and every gradient', async (variant) => {
    const { logits: expected, loss, gradients } = golden.variants[variant];
    const shape = shapeOf(variant);
    const parameters = parametersOf(variant);
    const inputs = { ...parameters, ...hostTensors(golden.inputs) };
    const values = await runOnce(await open(), (x) => ({ logits: logits(x, shape) }), inputs, `${variant} logits`);
    expectClose(values['logits']!, expected, TOLERANCE, 'logits');
    const program = withGradients(Object.keys(parameters), (x) => textLoss(x, shape, x));
    const result = await runOnce(await open(), program, inputs, `${variant} gradients`);
    expect(result['loss']!.data[0]).toBeCloseTo(loss, 5);
    for (const parameter of Object.keys(gradients)) {
      expectClose(result[`gradient.${parameter}`]!, gradients[parameter], TOLERANCE, parameter);
    }
  });
});

describe('the parameters of an integration', () => {
  it.each(VARIANTS)('%s are those of the PyTorch implementation', (variant) => {
    const specs = Object.entries(personalisedSpecs(shapeOf(variant))).filter(([name]) => !name.startsWith('encoder.head.'));
    expect(Object.fromEntries(specs.map(([name, { shape }]) => [name, shape]))).toEqual(golden.variants[variant].shapes);
  });
});

describe('adapters merged into the weights', () => {
  it('give the same logits as beside them', async () => {
    const engine = await ENGINES['onnx']!();
    const shape = shapeOf('lora');
    const merged = mergedModel({ shape, parameters: parametersOf('lora') });
    expect(Object.keys(merged.parameters).filter((name) => name.includes('lora'))).toEqual([]);
    expect(merged.shape.lora).toBeUndefined();
    const inputs = { ...merged.parameters, ...hostTensors(golden.inputs) };
    const values = await runOnce(engine, (x) => ({ logits: logits(x, merged.shape) }), inputs, 'merged');
    expectClose(values['logits']!, golden.variants.lora.logits, TOLERANCE, 'logits');
    await engine.dispose();
  });

  it('merge once and no more', () => {
    const merged = mergedModel({ shape: shapeOf('lora'), parameters: parametersOf('lora') });
    expect(mergedModel(merged)).toEqual(merged);
    expect(mergedModel({ shape: shapeOf('lora'), parameters: merged.parameters }).parameters).toEqual(merged.parameters);
    const name = 'lm.layers.0.attention.qkv.weight';
    expect(maxDifference(merged.parameters[name]!.data, parametersOf('lora')[name]!.data)).toBeGreaterThan(0.1);
  });
});
