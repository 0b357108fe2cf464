import { FIRST_VALUE_ID, SPECIAL_VALUES, UNKNOWN_VALUE } from './vocabulary.ts';

/** The distinct values of one feature of events, numbered by first occurrence while they are read. */
export class ValueTable<T extends number | string> {
  private readonly indices = new Map<T, number>();
  private last: T | null = null;
  private lastIndex = 0;

  get size(): number {
    return this.indices.size;
  }

  /** -1 for no value. */
  indexOf(value: T | null): number {
    if (value === null) return -1;
    if (value === this.last) return this.lastIndex;
    let index = this.indices.get(value);
    if (index === undefined) {
      index = this.indices.size;
      this.indices.set(value, index);
    }
    this.last = value;
    this.lastIndex = index;
    return index;
  }

  /**
   * The vocabulary in ascending order, then "Unknown" where some event has no value.
   * @returns the vocabulary, and the vocabulary id of `indexOf + 1`: [0] is that of "Unknown"
   */
  finish(text: (value: T) => string, compare: (a: T, b: T) => number, isAnyMissing: boolean): { vocabulary: string[]; ids: Int32Array } {
    const sorted = [...this.indices.keys()].sort(compare);
    const vocabulary = [...SPECIAL_VALUES, ...sorted.map(text), ...(isAnyMissing ? [UNKNOWN_VALUE] : [])];
    const ids = new Int32Array(this.indices.size + 1);
    ids[0] = vocabulary.length - 1;
    for (const [rank, value] of sorted.entries()) ids[this.indices.get(value)! + 1] = rank + FIRST_VALUE_ID;
    return { vocabulary, ids };
  }
}
