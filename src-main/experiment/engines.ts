import { unreachable } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { Engine } from '../engine/engine.ts';

/**
 * Opens the engine that an experiment asks for. Engines are loaded only when they are used: none of them is light.
 * @throws AppError `engine-unavailable` with the reason and how to get it
 */
export async function openEngine(config: Experiment['engine']): Promise<Engine> {
  switch (config.name) {
    case 'onnx': {
      const { createOnnxEngine } = await import('../engine/onnx/onnxEngine.ts');
      const provider = config.provider === 'auto' ? 'cpu' : config.provider;
      return createOnnxEngine({ provider, threads: config.threads });
    }
    case 'tensorflow': {
      const { createTensorflowEngine } = await import('../engine/tensorflow/engine.ts');
      return createTensorflowEngine();
    }
    case 'reference': {
      const { createReferenceEngine } = await import('../engine/reference/reference.ts');
      return createReferenceEngine();
    }
    default:
      return unreachable(config.name);
  }
}
