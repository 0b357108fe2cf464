import { type DeviceTensors, type Engine, type HostTensors, joinParts } from '../engine/engine.ts';
import { readFloatParts } from '../store/floatParts.ts';
import { openCheckpoint } from './checkpoint.ts';

/**
 * Every parameter of the language model in `folder` as float32, resident on the engine. Weights are streamed: on the CPU the peak is their
 * own size and a few megabytes.
 * @throws what `openCheckpoint` throws
 */
export async function uploadWeights(folder: string, engine: Engine): Promise<DeviceTensors> {
  const checkpoint = openCheckpoint(folder);
  try {
    const uploaded: DeviceTensors = {};
    for (const { parameter, shape, file, stored } of checkpoint.parameters) {
      uploaded[parameter] = await engine.uploadParts(shape, readFloatParts(file, stored));
    }
    return uploaded;
  } finally {
    checkpoint.close();
  }
}

/** As `uploadWeights`, in ordinary memory: what training starts from. */
export function readWeights(folder: string): HostTensors {
  const checkpoint = openCheckpoint(folder);
  try {
    return Object.fromEntries(
      checkpoint.parameters.map(({ parameter, shape, file, stored }) => [parameter, joinParts(shape, readFloatParts(file, stored))]),
    );
  } finally {
    checkpoint.close();
  }
}
