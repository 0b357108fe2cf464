import { createPauses } from './pauses.ts';

/** Elements that are sorted or merged between two looks at the clock: a few milliseconds, however slow the comparison. */
const RUN_LENGTH = 4096;

/**
 * Sorts as `Int32Array.sort` does, but lets others have a turn every few milliseconds: short runs first, then merged two by two (bottom-up
 * merge sort). Stable. Takes the memory of another array of this length.
 * @returns `values` or the other array, sorted; do not use `values` afterwards
 */
export async function sortWithPauses(values: Int32Array, compare: (a: number, b: number) => number): Promise<Int32Array> {
  const pause = createPauses();
  for (let start = 0; start < values.length; start += RUN_LENGTH) {
    values.subarray(start, start + RUN_LENGTH).sort(compare);
    await pause();
  }
  let from = values;
  let to: Int32Array = new Int32Array(values.length);
  for (let length = RUN_LENGTH; length < values.length; length *= 2) {
    for (let start = 0; start < values.length; start += 2 * length) {
      await merge(from, to, start, start + length, start + 2 * length, compare, pause);
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Merges the sorted stretches [start, middle) and [middle, end) of `from`; `end` may lie behind its last element. */
async function merge(
  from: Int32Array,
  to: Int32Array,
  start: number,
  middle: number,
  end: number,
  compare: (a: number, b: number) => number,
  pause: () => Promise<void> | null,
): Promise<void> {
  const leftEnd = Math.min(middle, from.length);
  const rightEnd = Math.min(end, from.length);
  let [left, right] = [start, leftEnd];
  for (let place = start; place < rightEnd; ) {
    for (const blockEnd = Math.min(rightEnd, place + RUN_LENGTH); place < blockEnd; place++) {
      const takesLeft = left < leftEnd && (right >= rightEnd || compare(from[left]!, from[right]!) <= 0);
      to[place] = takesLeft ? from[left++]! : from[right++]!;
    }
    await pause();
  }
}
