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

/** Batches whose examples are drawn together and then sorted by length among themselves. */
const BATCHES_PER_GROUP = 8;

/**
 * The batches of `createEpochSampler`, with examples of like length together, so that little of a padded batch is padding: the examples of
 * eight batches in a row are sorted by length, cut into eight, and those are given out in a seeded order. An epoch still has every
 * example once, and a batch still depends on its number alone.
 */
export function createLengthGroupedSampler(options: SamplerOptions, lengthOf: (index: number) => number): Pick<EpochSampler, 'batch'> {
  const { seed, stage, batchSize, accumulation } = options;
  const { at } = createEpochSampler(options);
  let group = -1;
  let batches: number[][] = [];
  const formGroup = (wanted: number): void => {
    const first = wanted * BATCHES_PER_GROUP * batchSize;
    const drawn = Array.from({ length: BATCHES_PER_GROUP * batchSize }, (_, i) => at(first + i));
    const sorted = drawn.map((index) => ({ index, length: lengthOf(index) })).sort((a, b) => a.length - b.length);
    const order = permutation(BATCHES_PER_GROUP, deriveSeed(seed, stage, 'group', wanted));
    batches = Array.from(order, (place) => sorted.slice(place * batchSize, (place + 1) * batchSize).map(({ index }) => index));
    group = wanted;
  };
  return {
    batch: (step, micro) => {
      const number = step * accumulation + micro;
      const wanted = Math.floor(number / BATCHES_PER_GROUP);
      if (wanted !== group) formGroup(wanted);
      return batches[number % BATCHES_PER_GROUP]!;
    },
  };
}

/** A seeded choice of at most `limit` of `count` indices, in ascending order; all of them when there are no more. */
export function drawSubset(count: number, limit: number, seed: number, purpose: string): number[] {
  const order = permutation(count, deriveSeed(seed, purpose));
  return Array.from(order.subarray(0, Math.min(count, limit))).sort((a, b) => a - b);
}
