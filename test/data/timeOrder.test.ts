import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeOrder } from '../../src-main/data/ingest/timeOrder.ts';

describe('the order of times', () => {
  it('is that of the times, and of their places where they are equal', () => {
    const time = fc.oneof(
      fc.nat(3).map((seconds) => seconds * 1000),
      fc.integer({ min: -2_000_000, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
      fc.nat(5000),
    );
    const any = fc.oneof(time, fc.double({ min: -1e15, max: 1e15, noNaN: true }), fc.constantFrom(2 ** 53, -(2 ** 53), 0.5));
    const times = fc.oneof(fc.array(time, { maxLength: 60 }), fc.array(any, { maxLength: 60 }));
    fc.assert(
      fc.property(times, (values) => {
        const sorted = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
        expect([...timeOrder(Float64Array.from(values))]).toEqual(sorted);
      }),
    );
  });
});
