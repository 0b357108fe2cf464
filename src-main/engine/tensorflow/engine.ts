import { createEagerEngine } from '../eager/eagerEngine.ts';
import type { Engine } from '../engine.ts';
import { loadTensorflow } from './load.ts';

/**
 * The eager engine on libtensorflow: CUDA where the TensorFlow has it, else the processor.
 * @throws AppError `engine-unavailable` with the reason and the way out.
 */
export async function createTensorflowEngine(): Promise<Engine> {
  const { backend, provider, device } = loadTensorflow();
  return createEagerEngine({ name: 'tensorflow', provider, backend, device });
}
