const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const MAX_KEY = 2 ** 32;
/** Times of most sources are whole seconds, and those of a century fit into 32 bits. */
const UNITS_MS = [1000, 1];

/** The places of times in ascending order; equal times keep their order. */
export function timeOrder(timesMs: Float64Array): Uint32Array {
  const keys = keysOf(timesMs);
  if (keys) return radixOrder(keys);
  const order = new Uint32Array(timesMs.length);
  for (let index = 0; index < order.length; index++) order[index] = index;
  return order.sort((a, b) => timesMs[a]! - timesMs[b]! || a - b);
}

/** Whole numbers below 2^32 in the order of the times; null where there are none. */
function keysOf(timesMs: Float64Array): Uint32Array | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < timesMs.length; index++) {
    const timeMs = timesMs[index]!;
    if (timeMs < first) first = timeMs;
    if (timeMs > last) last = timeMs;
  }
  const unit = UNITS_MS.find((unitMs) => (last - first) / unitMs < MAX_KEY && isWhole(timesMs, first, unitMs));
  if (unit === undefined) return null;
  const keys = new Uint32Array(timesMs.length);
  for (let index = 0; index < keys.length; index++) keys[index] = (timesMs[index]! - first) / unit;
  return keys;
}

function isWhole(timesMs: Float64Array, first: number, unitMs: number): boolean {
  for (let index = 0; index < timesMs.length; index++) {
    const key = (timesMs[index]! - first) / unitMs;
    if (key !== Math.floor(key) || first + key * unitMs !== timesMs[index]!) return false;
  }
  return true;
}

/** From the lowest digit to the highest, each pass keeping the order of the one before (LSD radix sort; Knuth 5.2.5). */
function radixOrder(keys: Uint32Array): Uint32Array {
  let from = new Uint32Array(keys.length);
  for (let index = 0; index < from.length; index++) from[index] = index;
  let to = new Uint32Array(keys.length);
  let largest = 0;
  for (let index = 0; index < keys.length; index++) if (keys[index]! > largest) largest = keys[index]!;
  for (let shift = 0; largest >= 2 ** shift; shift += DIGIT_BITS) {
    sortByDigit(keys, shift, from, to);
    [from, to] = [to, from];
  }
  return from;
}

function sortByDigit(keys: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): void {
  const next = new Uint32Array(DIGITS + 1);
  for (let index = 0; index < keys.length; index++) next[((keys[index]! >>> shift) & (DIGITS - 1)) + 1]! += 1;
  for (let digit = 0; digit < DIGITS; digit++) next[digit + 1]! += next[digit]!;
  for (let index = 0; index < from.length; index++) {
    const event = from[index]!;
    to[next[(keys[event]! >>> shift) & (DIGITS - 1)]!++] = event;
  }
}
