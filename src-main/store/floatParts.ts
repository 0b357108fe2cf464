import type { SafetensorsFile, StoredTensor } from './safetensorsFile.ts';

/** Elements converted at a time: one part is 4 MiB of float32. */
const PART_ELEMENTS = 1 << 20;

/** Types that can be read as float32. */
export const FLOAT_TYPES = ['F32', 'F16', 'BF16'] as const;
export type FloatType = (typeof FLOAT_TYPES)[number];

/**
 * A tensor's numbers as float32, part by part in one buffer that the next part overwrites: whoever needs them longer copies them. However
 * large the tensor, only one part is in memory.
 */
export function* readFloatParts(file: SafetensorsFile, { type, begin, end }: StoredTensor): Generator<Float32Array> {
  if (type !== 'F32' && type !== 'F16' && type !== 'BF16') throw new Error(`readFloatParts: expected F32, F16 or BF16, got ${type}`);
  const bytesPerElement = type === 'F32' ? 4 : 2;
  const count = (end - begin) / bytesPerElement;
  const floats = new Float32Array(Math.min(count, PART_ELEMENTS));
  const stored = type === 'F32' ? new Uint8Array(floats.buffer) : new Uint8Array(floats.length * bytesPerElement);
  for (let done = 0; done < count; done += floats.length) {
    const length = Math.min(floats.length, count - done);
    file.read(begin + done * bytesPerElement, stored.subarray(0, length * bytesPerElement));
    if (type !== 'F32') convert(type, new Uint16Array(stored.buffer, 0, length), floats);
    yield floats.subarray(0, length);
  }
}

function convert(type: 'F16' | 'BF16', from: Uint16Array, to: Float32Array): void {
  if (type === 'BF16') {
    const bits = new Uint32Array(to.buffer, to.byteOffset, from.length);
    for (let i = 0; i < from.length; i++) bits[i] = from[i]! << 16;
    return;
  }
  const table = halfFloats();
  for (let i = 0; i < from.length; i++) to[i] = table[from[i]!]!;
}

let halfTable: Float32Array | null = null;

/** The value of every half-precision pattern (IEEE 754 binary16). */
function halfFloats(): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, bits) => halfFloat(bits));
  return halfTable;
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
