import { AppError } from '../../src-shared/errors.ts';
import type { HostTensors } from '../engine/engine.ts';
import { disposeAll, type LoadedModel, uploadAll } from './loadedModel.ts';

const OUTPUT_WEIGHT = /^integration\.layers\.\d+\.out\.weight$/;

/** The matrices W_out of cross-attention, which `withGateScale` needs on the host. */
export function crossAttentionOutputs(parameters: HostTensors): HostTensors {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => OUTPUT_WEIGHT.test(name)));
}

/**
 * Uses the model with every gate g_i replaced by `scale` g_i. What a layer adds to the text is g_i (h W_out), so scaling W_out is the same, for
 * gated and ungated models alike, and no program has to be compiled anew.
 * @param outputs `crossAttentionOutputs` of the model
 * @throws AppError `input-invalid` for another scale than 1 in a model without cross-attention
 */
export async function withGateScale<T>(
  model: LoadedModel,
  outputs: HostTensors,
  scale: number | undefined,
  use: (model: LoadedModel) => Promise<T>,
): Promise<T> {
  if (scale === undefined || scale === 1) return use(model);
  if (Object.keys(outputs).length === 0) {
    throw new AppError('input-invalid', `gateScale: expected a run with cross-attention, got one without; leave it at 1`);
  }
  const scaled = await uploadAll(model.engine, scaleAll(outputs, scale));
  try {
    return await use({ ...model, parameters: { ...model.parameters, ...scaled } });
  } finally {
    disposeAll(scaled);
  }
}

function scaleAll(tensors: HostTensors, scale: number): HostTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data, shape, dtype }]) => [
      name,
      { data: Float32Array.from(data, (value) => value * scale), shape, dtype },
    ]),
  );
}
