import { seededUniform, seedOf } from '../model/parameters.ts';

/** One seed from an experiment's seed and words that name a purpose: streams for different purposes are independent. */
export function deriveSeed(seed: number, ...purpose: readonly (string | number)[]): number {
  return seedOf(seed, purpose.join('\u0000'));
}

/** A seeded permutation of 0 ... count - 1 (Fisher and Yates). */
export function permutation(count: number, seed: number): Uint32Array {
  const uniform = seededUniform(seed);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}
