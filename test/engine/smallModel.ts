import { type DeviceTensors, type Engine, floats, type HostTensors, ints, type Tensors } from '../../src-main/engine/engine.ts';
import { initializeParameters, type ParameterSpecs, seededUniform, tensorSpecs } from '../../src-main/model/parameters.ts';
import { type PersonalisedShape, personalisedSpecs, textLoss } from '../../src-main/model/personalised.ts';
import { valueAndGradients } from '../../src-main/training/gradientProgram.ts';

/** A personalised model small enough for the reference engine: encoder, gated cross-attention, language model. */
export const SMALL_SHAPE: PersonalisedShape = {
  languageModel: { vocabularySize: 31, maxPositions: 8, dModel: 16, numLayers: 2, numHeads: 2 },
  user: {
    encoder: {
      features: [
        { name: 'title', vocabularySize: 19 },
        { name: 'rating', vocabularySize: 6 },
      ],
      maxHistory: 6,
      dModel: 8,
      numLayers: 2,
      numHeads: 2,
    },
    crossAttention: { gated: true, projectionSize: 8, numHeads: 2, encoderWidth: 8, maxHistory: 6, dModel: 16, numLayers: 2 },
  },
};

/** Everything the text loss reads; the encoder's prediction heads do not take part. */
export function smallSpecs(): ParameterSpecs {
  return Object.fromEntries(Object.entries(personalisedSpecs(SMALL_SHAPE)).filter(([name]) => !name.startsWith('encoder.head.')));
}

/** A batch of four users, one of them without events. */
export function smallBatch(seed: number): HostTensors {
  const random = seededUniform(seed);
  const [batch, length, history] = [4, 8, 6];
  const ids = (count: number, limit: number) => Int32Array.from({ length: count }, () => Math.floor(random() * limit));
  const events = [6, 3, 0, 5];
  const mask = Int32Array.from({ length: batch * history }, (_, i) => (i % history < events[Math.floor(i / history)]! ? 1 : 0));
  return {
    tokens: ints(ids(batch * length, 31), [batch, length]),
    targets: ints(ids(batch * length, 31), [batch, length]),
    targetWeights: floats(
      Float32Array.from({ length: batch * length }, () => (random() < 0.7 ? 1 : 0)),
      [batch, length],
    ),
    'history.title': ints(ids(batch * history, 19), [batch, history]),
    'history.rating': ints(ids(batch * history, 6), [batch, history]),
    'history.mask': ints(mask, [batch, history]),
  };
}

/** Losses of `steps` steps of AdamW with clipping, and the parameters afterwards. */
export async function trainSmallModel(
  engine: Engine,
  steps: number,
): Promise<{ losses: number[]; norms: number[]; parameters: HostTensors }> {
  const specs = smallSpecs();
  const names = Object.keys(specs);
  const parameters: DeviceTensors = {};
  for (const [name, value] of Object.entries(initializeParameters(specs, 5))) parameters[name] = await engine.upload(value);
  const batchSpecs = Object.fromEntries(Object.entries(smallBatch(0)).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  const program = await engine.compile((inputs) => step(names, inputs), {
    key: 'small model',
    inputs: { ...tensorSpecs(specs), ...batchSpecs },
    deviceOutputs: names,
  });
  const decayed = new Set(names.filter((name) => specs[name]!.decay));
  const optimizer = await engine.createAdamW(parameters, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.1,
    decayed,
    clipNorm: 0.5,
  });
  const losses: number[] = [];
  const norms: number[] = [];
  let buffers: DeviceTensors = {};
  for (let index = 0; index < steps; index++) {
    const { host, device } = await program.run({ ...parameters, ...smallBatch(index % 3) }, buffers);
    buffers = device;
    losses.push(host['loss']!.data[0]!);
    norms.push((await optimizer.step({ learningRate: 3e-3, gradients: device })).gradientNorm);
  }
  const result: HostTensors = {};
  for (const [name, tensor] of Object.entries(parameters)) result[name] = await tensor.read();
  return { losses, norms, parameters: result };
}

function step(names: string[], inputs: Tensors): Tensors {
  const { value, gradients } = valueAndGradients(names, inputs, (x) => textLoss(x, SMALL_SHAPE, x));
  return { loss: value, ...gradients };
}
