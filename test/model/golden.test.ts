import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine, HostTensors, Tensors } from '../../src-main/engine/engine.ts';
import { languageModelSpecs, readTexts, tokenLogits } from '../../src-main/model/languageModel/languageModel.ts';
import { type PersonalisedShape, personalisedSpecs, readUser, textLoss } from '../../src-main/model/personalised.ts';
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
