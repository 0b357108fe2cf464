import * as tf from '@tensorflow/tfjs-core';
import { type Engine, floats } from '../engine/engine.ts';
import { openEngine } from '../experiment/engines.ts';
import { connectToParent } from '../experiment/parentChannel.ts';
import { type ProbeAnswer, type ProbeRequest, probeRequestSchema } from './probeMessages.ts';

/** Process entry: starts one engine and multiplies two small matrices on it. A driver that crashes takes only this process with it. */
const LEFT = floats(new Float32Array([1, 2, 3, 4]), [2, 2]);
const RIGHT = floats(new Float32Array([5, 6, 7, 8]), [2, 2]);
const PRODUCT = [19, 22, 43, 50];

async function probe({ name, provider }: ProbeRequest): Promise<ProbeAnswer> {
  try {
    const engine = await openEngine({ name, provider, threads: 0 });
    await multiply(engine);
    await engine.dispose();
    return { available: true, device: engine.device, reason: null };
  } catch (error) {
    return { available: false, device: null, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function multiply(engine: Engine): Promise<void> {
  const program = await engine.compile(({ left, right }) => ({ product: tf.matMul(left!, right!) }), {
    key: 'doctor.probe',
    inputs: { left: { shape: [2, 2], dtype: 'float32' }, right: { shape: [2, 2], dtype: 'float32' } },
  });
  const { host } = await program.run({ left: LEFT, right: RIGHT });
  const product = [...host.product!.data];
  if (product.some((value, index) => Math.abs(value - PRODUCT[index]!) > 1e-3)) {
    throw new Error(`it computes wrongly: expected the product ${PRODUCT}, got ${product}`);
  }
}

const parent = connectToParent();
parent.onMessage(async (message) => {
  await parent.send(await probe(probeRequestSchema.parse(message)));
  process.exit(0);
});
process.on('disconnect', () => process.exit(0));
