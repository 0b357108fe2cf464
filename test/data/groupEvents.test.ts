import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupByUser } from '../../src-main/data/ingest/groupEvents.ts';

describe('grouping events by user', () => {
  it('puts each user’s events in order of time, those of one time as they arrived, whatever the times are', () => {
    const time = fc.oneof(
      fc.nat(4),
      fc.integer({ min: -1e12, max: 4e12 }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.constantFrom(0, 2 ** 52),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), time), { maxLength: 40 }), (events) => {
        const users = Uint32Array.from(events, ([user]) => user);
        const timesMs = Float64Array.from(events, ([, timeMs]) => timeMs);
        const groups = new Map<number, number[]>();
        const part = { users, items: users, timesMs, values: [], textLengths: [], textBytes: Buffer.alloc(0) };
        for (const { user, order } of groupByUser(part)) groups.set(user, [...order]);
        const expected = Map.groupBy(events.keys(), (index) => users[index]!);
        for (const [user, indices] of expected) {
          expect(groups.get(user)).toEqual(indices.toSorted((a, b) => timesMs[a]! - timesMs[b]! || a - b));
        }
        expect(groups.size).toBe(expected.size);
      }),
    );
  });
});
