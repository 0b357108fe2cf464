import { afterAll, describe, expect, it } from 'vitest';
import type { Engine, HostTensor, HostTensors } from '../../src-main/engine/engine.ts';
import {
  encodeUser,
  nextValueLogits,
  pretrainingLoss,
  rankedFeatures,
  type UserEncoderShape,
  userEncoderSpecs,
  userSlots,
} from '../../src-main/model/userEncoder/userEncoder.ts';
import { ENGINES, runOnce, withGradients } from '../engine/engines.ts';
import { expectClose, hostTensors, maxDifference, readGolden } from '../engine/goldenValues.ts';
import { goldenParameters } from './goldenParameters.ts';

const golden = readGolden('encoders').variants;
const VARIANTS = Object.keys(golden);
// float32 against float64.
const TOLERANCE = 2e-5;

function permuteRows({ data, shape, dtype }: HostTensor, order: readonly number[]): HostTensor {
  const size = data.length / shape[0]!;
  const moved = data.slice();
  for (const [row, from] of order.entries()) moved.set(data.subarray(from * size, (from + 1) * size), row * size);
  return { data: moved, shape, dtype };
}

describe.each(Object.keys(ENGINES))('%s engine, against the PyTorch implementation', (name) => {
  let engine: Engine;
  const open = async () => (engine ??= await ENGINES[name]!());
  afterAll(() => engine?.dispose());

  it.each(VARIANTS)('gives the encoder %s its embeddings, title scores, loss and every gradient', async (variant) => {
    const { shape, shapes, embeddings, titleLogits, loss, gradients } = golden[variant];
    const parameters = goldenParameters(shapes);
    const inputs = { ...parameters, ...hostTensors(golden[variant].inputs) };
    const values = await runOnce(
      await open(),
      (x) => ({ embeddings: encodeUser(x, shape, x).embeddings, logits: nextValueLogits(x, shape, x, 'title') }),
      inputs,
      `${variant} values`,
    );
    expectClose(values['embeddings']!, embeddings, TOLERANCE, 'embeddings');
    // Scores are compared for users with events (and where PyTorch's implementation gives more, for those).
    expect(maxDifference(values['logits']!.data.subarray(0, titleLogits.data.length), titleLogits.data)).toBeLessThan(TOLERANCE);
    const program = withGradients(Object.keys(parameters), (x) => pretrainingLoss(x, shape, x).loss);
    const result = await runOnce(await open(), program, inputs, `${variant} gradients`);
    expect(result['loss']!.data[0]).toBeCloseTo(loss, 5);
    for (const parameter of Object.keys(gradients)) {
      expectClose(result[`gradient.${parameter}`]!, gradients[parameter], TOLERANCE, parameter);
    }
  });
});

describe('an encoder', () => {
  it.each(VARIANTS)('%s has the parameters of the PyTorch implementation', (variant) => {
    const specs = Object.entries(userEncoderSpecs(golden[variant].shape));
    expect(Object.fromEntries(specs.map(([name, { shape }]) => [name, shape]))).toEqual(golden[variant].shapes);
  });

  it('says how many embeddings a user has, and what it can rank', () => {
    const told = (variant: string) => {
      const shape: UserEncoderShape = golden[variant].shape;
      return [userSlots(shape), rankedFeatures(shape)];
    };
    expect(told('dual')).toEqual([2, ['title']]);
    expect(told('sasrec')).toEqual([7, ['title']]);
    expect(told('bert4rec')).toEqual([7, ['title', 'genre', 'rating']]);
  });

  it.each(VARIANTS)('%s gives permuted users permuted embeddings', async (variant) => {
    const engine = await ENGINES['onnx']!();
    const { shape, shapes } = golden[variant];
    const history = Object.fromEntries(Object.entries(hostTensors(golden[variant].inputs)).filter(([name]) => name.startsWith('history.')));
    const order = Array.from({ length: history['history.mask']!.shape[0]! }, (_, row) => row).reverse();
    const read = (batch: HostTensors) =>
      runOnce(engine, (x) => ({ ...encodeUser(x, shape, x) }), { ...goldenParameters(shapes), ...batch }, `${variant} permuted`);
    const plain = await read(history);
    const permuted = await read(Object.fromEntries(Object.entries(history).map(([name, tensor]) => [name, permuteRows(tensor, order)])));
    for (const name of Object.keys(plain)) expect(permuted[name]!.data, name).toEqual(permuteRows(plain[name]!, order).data);
    await engine.dispose();
  });

  it.each(VARIANTS)('%s never looks at what stands in a masked event', async (variant) => {
    const engine = await ENGINES['onnx']!();
    const { shape, shapes } = golden[variant];
    const inputs = hostTensors(golden[variant].inputs);
    const title = { ...inputs['history.title']!, data: inputs['history.title']!.data.slice() };
    for (const [i, isEvent] of inputs['history.mask']!.data.entries()) if (isEvent === 0) title.data[i] = 7;
    const read = (batch: HostTensors) =>
      runOnce(
        engine,
        (x) => ({ ...encodeUser(x, shape, x), logits: nextValueLogits(x, shape, x, 'title') }),
        { ...goldenParameters(shapes), ...batch },
        variant,
      );
    const [changed, plain] = [await read({ ...inputs, 'history.title': title }), await read(inputs)];
    for (const name of Object.keys(plain)) expect(maxDifference(changed[name]!.data, plain[name]!.data), name).toBe(0);
    await engine.dispose();
  });
});
