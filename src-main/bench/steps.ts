import * as tf from '@tensorflow/tfjs-core';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { type DeviceTensors, type Engine, floats, type HostTensors, ints, type TensorSpec, type Tensors } from '../engine/engine.ts';
import { crossAttentionSpecs, userContext } from '../model/integration/crossAttention.ts';
import { languageModelSpecs, readTexts, tokenLoss } from '../model/languageModel/languageModel.ts';
import { initializeParameters, type ParameterSpecs, seededUniform, tensorSpecs } from '../model/parameters.ts';
import { nextEventLoss, type UserEncoderShape, userEncoderSpecs } from '../model/userEncoder/autoregressive.ts';
import { valueAndGradients } from '../training/gradientProgram.ts';

/** A training step to time: its model, its inputs, and the work it stands for. */
export interface StepBenchmark {
  readonly name: 'encoder' | 'lm' | 'items';
  readonly specs: ParameterSpecs;
  /** A feature of which only drawn rows are multiplied: its matrices do not count as operations. */
  readonly sampledFeature?: string;
  readonly inputs: HostTensors;
  readonly loss: (parameters: Tensors, inputs: Tensors) => tf.Tensor;
  /** Events or text tokens per step. */
  readonly tokens: number;
}

const ENCODER: UserEncoderShape = {
  features: [
    { name: 'title', vocabularySize: 9744 },
    { name: 'genre', vocabularySize: 21 },
    { name: 'rating', vocabularySize: 12 },
  ],
  maxHistory: 50,
  dModel: 128,
  numLayers: 6,
  numHeads: 8,
};

/** Vocabularies like those of Google Local, New York (the paper's Table 1), and the wrong answers drawn for a batch. */
const MANY_ITEMS: UserEncoderShape = {
  ...ENCODER,
  features: [
    { name: 'title', vocabularySize: 270_721 },
    { name: 'genre', vocabularySize: 302 },
    { name: 'rating', vocabularySize: 7 },
  ],
  sampledSoftmax: 4096,
};

/** One step of the paper's encoder, 6 layers x 128 x 8 heads, on 64 histories of 50 events with MovieLens latest-small's vocabularies. */
export function encoderBenchmark(): StepBenchmark {
  return encoderStep('encoder', ENCODER);
}

/** The same step with 270 thousand titles, by sampled soft-max: what matters is whether it fits the memory. */
export function itemsBenchmark(): StepBenchmark {
  const { sampledSoftmax, features } = MANY_ITEMS;
  const titles = features[0]!.vocabularySize - FIRST_VALUE_ID;
  const samples = randomIds(sampledSoftmax!, titles, seededUniform(9)).map((id) => id + FIRST_VALUE_ID);
  const step = encoderStep('items', MANY_ITEMS);
  return { ...step, sampledFeature: 'title', inputs: { ...step.inputs, 'samples.title': ints(samples, [sampledSoftmax!]) } };
}

function encoderStep(name: StepBenchmark['name'], encoder: UserEncoderShape): StepBenchmark {
  const [batch, history] = [64, 50];
  const shape = [batch, history];
  const random = seededUniform(7);
  const inputs: HostTensors = {
    'history.mask': ints(new Int32Array(batch * history).fill(1), shape),
    'labels.mask': ints(new Int32Array(batch * history).fill(1), shape),
  };
  for (const { name: feature, vocabularySize } of encoder.features) {
    for (const part of ['history', 'labels'])
      inputs[`${part}.${feature}`] = ints(randomIds(batch * history, vocabularySize, random), shape);
  }
  return {
    name,
    specs: userEncoderSpecs(encoder),
    inputs,
    tokens: batch * history,
    loss: (p, x) => nextEventLoss(p, encoder, x).loss,
  };
}

/** One step of a 4-layer, 256-wide language model with gated cross-attention to 50 events, on 16 texts of 64 tokens. */
export function languageModelBenchmark(): StepBenchmark {
  const [batch, length, history, width] = [16, 64, 50, 128];
  const languageModel = { vocabularySize: 2048, maxPositions: 64, dModel: 256, numLayers: 4, numHeads: 8 };
  const crossAttention = {
    gated: true,
    projectionSize: 64,
    numHeads: 8,
    encoderWidth: width,
    maxHistory: history,
    dModel: 256,
    numLayers: 4,
  };
  const random = seededUniform(8);
  const inputs: HostTensors = {
    tokens: ints(randomIds(batch * length, 2048, random), [batch, length]),
    targets: ints(randomIds(batch * length, 2048, random), [batch, length]),
    targetWeights: floats(new Float32Array(batch * length).fill(1), [batch, length]),
    embeddings: floats(
      Float32Array.from({ length: batch * history * width }, () => random() - 0.5),
      [batch, history, width],
    ),
    'history.mask': ints(new Int32Array(batch * history).fill(1), [batch, history]),
  };
  const specs = { ...languageModelSpecs(languageModel), ...crossAttentionSpecs(crossAttention) };
  const loss = (p: Tensors, x: Tensors) => {
    const user = {
      kind: 'cross-attention' as const,
      shape: crossAttention,
      context: userContext(p, crossAttention, x['embeddings']!, x['history.mask']!),
    };
    const hidden = tf.reshape(readTexts(p, languageModel, x['tokens']!, user), [-1, 256]);
    return tokenLoss(p, languageModel, hidden, tf.reshape(x['targets']!, [-1]), tf.reshape(x['targetWeights']!, [-1]));
  };
  return { name: 'lm', specs, inputs, tokens: batch * length, loss };
}

function randomIds(count: number, limit: number, random: () => number): Int32Array {
  return Int32Array.from({ length: count }, () => Math.floor(random() * limit));
}

/** A step that can be run again and again: forward, backward, clipping, AdamW. Returns the loss. */
export async function prepareStep(engine: Engine, benchmark: StepBenchmark): Promise<() => Promise<number>> {
  const names = Object.keys(benchmark.specs);
  const parameters: DeviceTensors = {};
  for (const [name, value] of Object.entries(initializeParameters(benchmark.specs, 1))) parameters[name] = await engine.upload(value);
  const inputSpecs = Object.fromEntries(
    Object.entries(benchmark.inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype } satisfies TensorSpec]),
  );
  const program = await engine.compile((inputs) => lossAndGradients(names, inputs, benchmark.loss), {
    key: `bench.${benchmark.name}`,
    inputs: { ...tensorSpecs(benchmark.specs), ...inputSpecs },
    deviceOutputs: names,
  });
  const optimizer = await engine.createAdamW(parameters, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    decayed: new Set(names.filter((name) => benchmark.specs[name]!.decay)),
    clipNorm: 1,
  });
  let buffers: DeviceTensors = {};
  return async () => {
    const { host, device } = await program.run({ ...parameters, ...benchmark.inputs }, buffers);
    buffers = device;
    await optimizer.step({ learningRate: 1e-3, gradients: device });
    return host['loss']!.data[0]!;
  };
}

function lossAndGradients(names: string[], inputs: Tensors, loss: StepBenchmark['loss']): Tensors {
  const { value, gradients } = valueAndGradients(names, inputs, (all) => loss(all, all));
  return { loss: value, ...gradients };
}
