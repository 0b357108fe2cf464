import { deriveSeed, permutation } from './random.ts';

export interface EpochSampler {
  /** The index drawn at a position of the endless stream of epochs. */
  at(position: number): number;
  /** The indices of one micro-batch; positions follow each other without gaps. */
  batch(step: number, micro: number): number[];
}

export interface SamplerOptions {
  /** Number of examples; at least 1. */
  readonly count: number;
  readonly seed: number;
  /** Separates the streams of the stages of one experiment. */
  readonly stage: string;
  readonly batchSize: number;
  readonly accumulation: number;
}

/** Permutations kept at a time: a batch may span the end of one epoch and the start of the next. */
const KEPT_EPOCHS = 2;

/**
 * Draws examples without replacement, epoch by epoch. What is drawn depends on seed, stage and position only, never on what
 * was drawn before: a resumed stage draws the very batches that it would have drawn.
 */
export function createEpochSampler(options: SamplerOptions): EpochSampler {
  const { count, seed, stage, batchSize, accumulation } = options;
  if (count < 1) throw new Error(`createEpochSampler: expected at least one example for stage "${stage}", got ${count}`);
  const epochs = new Map<number, Uint32Array>();
  const orderOf = (epoch: number): Uint32Array => {
    const known = epochs.get(epoch);
    if (known) return known;
    const order = permutation(count, deriveSeed(seed, stage, 'epoch', epoch));
    if (epochs.size >= KEPT_EPOCHS) epochs.delete(Math.min(...epochs.keys()));
    epochs.set(epoch, order);
    return order;
  };
  const at = (position: number): number => orderOf(Math.floor(position / count))[position % count]!;
  return {
    at,
    batch: (step, micro) => {
      const first = (step * accumulation + micro) * batchSize;
      return Array.from({ length: batchSize }, (_, index) => at(first + index));
    },
  };
}

/** A seeded choice of at most `limit` of `count` indices, in ascending order; all of them when there are no more. */
export function drawSubset(count: number, limit: number, seed: number, purpose: string): number[] {
  const order = permutation(count, deriveSeed(seed, purpose));
  return Array.from(order.subarray(0, Math.min(count, limit))).sort((a, b) => a - b);
}
