import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine, HostTensors, Tensors } from '../../src-main/engine/engine.ts';
import { languageModelSpecs, readTexts, tokenLogits } from '../../src-main/model/languageModel/languageModel.ts';
import { type PersonalisedShape, personalisedSpecs, readUser, textLoss } from '../../src-main/model/personalised.ts';
import { readUserAttention } from '../../src-main/model/userAttention.ts';
import { encodeHistory, nextEventLogits, nextEventLoss, userEncoderSpecs } from '../../src-main/model/userEncoder/autoregressive.ts';
import { ENGINES, runOnce, withGradients } from '../engine/engines.ts';
import { expectClose, hostTensors, readGolden } from '../engine/goldenValues.ts';

const encoderGolden = readGolden('user-encoder');
const modelGolden = readGolden('cross-attention-lm');
const VALUE_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-5;

describe.each(Object.keys(ENGINES))('%s engine, against the PyTorch implementation', (name) => {
  let engine: Engine;
  const open = async () => (engine ??= await ENGINES[name]!());
  afterAll(() => engine?.dispose());

  it('gives the user encoder its embeddings, logits, losses and every gradient', async () => {
    const { shape, outputs, losses, gradients } = encoderGolden;
    const parameters = hostTensors(encoderGolden.parameters);
    expect(Object.keys(userEncoderSpecs(shape)).sort()).toEqual(Object.keys(parameters).sort());
    const inputs = { ...parameters, ...hostTensors(encoderGolden.inputs) };
    const values = await runOnce(
      await open(),
      (x) => ({
        embeddings: encodeHistory(x, shape, x),
        title: nextEventLogits(x, shape, x, 'title'),
        ...nextEventLoss(x, shape, x).byFeature,
      }),
      inputs,
      'encoder values',
    );
    expectClose(values['embeddings']!, outputs.embeddings, VALUE_TOLERANCE, 'embeddings');
    for (const [feature, loss] of Object.entries<number>(losses.byFeature)) {
      if (feature !== 'title') expect(values[feature]!.data[0]).toBeCloseTo(loss, 5);
    }
    const result = await runOnce(
      await open(),
      withGradients(Object.keys(parameters), (x) => nextEventLoss(x, shape, x).loss),
      inputs,
      'encoder gradients',
    );
    expectGradients(result, losses.total, gradients);
  });

  it('gives the encoder the logits of the event after the last one', async () => {
    const { shape, outputs } = encoderGolden;
    const inputs = { ...hostTensors(encoderGolden.parameters), ...hostTensors(encoderGolden.inputs) };
    const values = await runOnce(await open(), (x) => ({ logits: nextEventLogits(x, shape, x, 'title') }), inputs, 'next event');
    const users = outputs['nextEventLogits.title'].shape[0] - 1;
    const width = outputs['nextEventLogits.title'].shape[1];
    const some = (data: ArrayLike<number>) => Array.from(data).slice(0, users * width);
    for (let i = 0; i < users * width; i++)
      expect(some(values['logits']!.data)[i]).toBeCloseTo(some(outputs['nextEventLogits.title'].data)[i]!, 5);
  });

  it('gives the language model with gated cross-attention its logits, loss and every gradient, the encoder included', async () => {
    const shape = personalisedShape(true);
    const parameters = hostTensors(modelGolden.parameters);
    expect(Object.keys(personalisedSpecs(shape)).sort()).toEqual(Object.keys(parameters).sort());
    const inputs = { ...parameters, ...hostTensors(modelGolden.inputs) };
    const values = await runOnce(await open(), (x) => ({ logits: logits(x, shape) }), inputs, 'gated logits');
    expectClose(values['logits']!, modelGolden.outputs['logits.gated'], VALUE_TOLERANCE, 'logits');
    // The encoder's heads take no part in the text loss.
    const used = Object.keys(parameters).filter((name) => !name.startsWith('encoder.head.'));
    const program = withGradients(used, (x) => textLoss(x, shape, x));
    const result = await runOnce(await open(), program, inputs, 'gated gradients');
    expectGradients(result, modelGolden.losses.gated, Object.fromEntries(used.map((name) => [name, modelGolden.gradients[name]])));
  });

  it('gives cross-attention its weights: 1 in all over the events of a row, exactly 0 on padding and for a user without events', async () => {
    const shape = personalisedShape(true);
    const inputs = { ...hostTensors(modelGolden.parameters), ...hostTensors(modelGolden.inputs) };
    const weights = await runOnce(await open(), (x) => readUserAttention(x, shape, x), inputs, 'cross-attention weights');
    expect(Object.keys(weights)).toEqual(['weights.0', 'weights.1']);
    const mask = hostTensors(modelGolden.inputs)['history.mask']!;
    const [users, slots] = mask.shape as [number, number];
    for (const [name, { data, shape: found }] of Object.entries(weights)) {
      expectClose(weights[name]!, modelGolden.outputs[name], VALUE_TOLERANCE, name);
      const rowsPerUser = found[1]! * found[2]!;
      for (let row = 0; row < users * rowsPerUser; row++) {
        const user = Math.floor(row / rowsPerUser);
        const isEvent = mask.data.subarray(user * slots, (user + 1) * slots);
        const ofRow = Array.from(data.subarray(row * slots, (row + 1) * slots));
        expect(ofRow.filter((_, slot) => isEvent[slot] === 0).every((weight) => weight === 0)).toBe(true);
        const sum = ofRow.reduce((total, weight) => total + weight, 0);
        expect(sum).toBeCloseTo(isEvent.some((event) => event === 1) ? 1 : 0, 5);
      }
    }
  });

  it.each(['ungated', 'withoutUser'])('gives the %s language model its logits and loss', async (variant) => {
    const shape = variant === 'ungated' ? personalisedShape(false) : { ...personalisedShape(false), user: null };
    const inputs = { ...hostTensors(modelGolden.parameters), ...hostTensors(modelGolden.inputs) };
    const values = await runOnce(await open(), (x) => ({ logits: logits(x, shape), loss: textLoss(x, shape, x) }), inputs, variant);
    expectClose(values['logits']!, modelGolden.outputs[`logits.${variant}`], VALUE_TOLERANCE, 'logits');
    expect(values['loss']!.data[0]).toBeCloseTo(modelGolden.losses[variant], 5);
  });

  it('gives a language model without a user path the parameters of the base model alone', () => {
    const { languageModel } = modelGolden;
    expect(personalisedSpecs({ languageModel, user: null })).toEqual(languageModelSpecs(languageModel));
  });
});

function personalisedShape(gated: boolean): PersonalisedShape {
  const { encoder, languageModel, integration } = modelGolden;
  const { dModel, numLayers } = languageModel;
  return { languageModel, user: { encoder, crossAttention: { ...integration, gated, dModel, numLayers } } };
}

function logits(x: Tensors, shape: PersonalisedShape): tf.Tensor {
  const hidden = readTexts(x, shape.languageModel, x['tokens']!, readUser(x, shape, x));
  const [batch, length, width] = hidden.shape as [number, number, number];
  return tf.reshape(tokenLogits(x, shape.languageModel, tf.reshape(hidden, [-1, width])), [
    batch,
    length,
    shape.languageModel.vocabularySize,
  ]);
}

function expectGradients(
  result: HostTensors,
  loss: number,
  gradients: Record<string, { dtype: 'float32'; shape: number[]; data: number[] }>,
): void {
  expect(result['loss']!.data[0]).toBeCloseTo(loss, 5);
  for (const [name, expected] of Object.entries(gradients)) expectClose(result[`gradient.${name}`]!, expected, GRADIENT_TOLERANCE, name);
}
