import { floats, type HostTensors, type TensorSpec } from '../engine/engine.ts';
import { seedOf } from './parameters.ts';

/**
 * Dropout masks are inputs of the program, made on the host from a seed: every engine sees the same ones, and a resumed run repeats them.
 * Mask 0 is for the event embeddings; each layer then has one for its attention and one for its feed-forward part.
 */
export function dropoutSpecs(numLayers: number, batchSize: number, historyLength: number, dModel: number): Record<string, TensorSpec> {
  const shape = [batchSize, historyLength, dModel];
  return Object.fromEntries(Array.from({ length: 1 + 2 * numLayers }, (_, k) => [`dropout.${k}`, { shape, dtype: 'float32' as const }]));
}

/**
 * Inverted dropout (Srivastava et al. 2014): each entry is 0 with probability `rate`, else 1 / (1 - rate).
 * The rate is rounded to a multiple of 1/256: one random word serves four entries.
 */
export function dropoutInputs(specs: Record<string, TensorSpec>, rate: number, seed: number): HostTensors {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const data = new Float32Array(spec.shape.reduce((a, b) => a * b, 1));
      fillMask(data, rate, seedOf(seed, name));
      return [name, floats(data, spec.shape)];
    }),
  );
}

function fillMask(data: Float32Array, rate: number, seed: number): void {
  const threshold = Math.round(rate * 256);
  const kept = 256 / (256 - threshold);
  let state = seed | 1;
  for (let i = 0; i < data.length; i += 4) {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[i] = (state & 255) < threshold ? 0 : kept;
    if (i + 1 < data.length) data[i + 1] = ((state >>> 8) & 255) < threshold ? 0 : kept;
    if (i + 2 < data.length) data[i + 2] = ((state >>> 16) & 255) < threshold ? 0 : kept;
    if (i + 3 < data.length) data[i + 3] = state >>> 24 < threshold ? 0 : kept;
  }
}
