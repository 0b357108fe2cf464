import * as tf from '@tensorflow/tfjs-core';
import { createEagerEngine } from '../eager/eagerEngine.ts';
import type { Engine } from '../engine.ts';

/** The engine that the others are compared with: tfjs's own JavaScript kernels, eager and slow. */
export async function createReferenceEngine(): Promise<Engine> {
  await import('@tensorflow/tfjs-backend-cpu');
  const engine = await createEagerEngine({ name: 'reference', provider: 'cpu', backend: 'cpu', device: 'CPU (JavaScript kernels)' });
  silenceAdvertisement();
  return engine;
}

// On its first use the cpu backend prints a notice that recommends tfjs-node, which this application offers as an engine of its own.
function silenceAdvertisement(): void {
  (tf.findBackend('cpu') as tf.KernelBackend & { firstUse?: boolean }).firstUse = false;
}
