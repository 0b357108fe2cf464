import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeIds,
  decodeTexts,
  decodeTimes,
  encodeTexts,
  maxIdsBytes,
  maxTimesBytes,
  writeIds,
  writeTimes,
} from '../../src-main/store/timelineCodec.ts';

/** Written somewhere into an array with just enough room. */
function encodeIds(ids: Int32Array): Uint8Array {
  const bytes = new Uint8Array(3 + maxIdsBytes(ids.length));
  return bytes.subarray(3, writeIds(ids, bytes, 3));
}

function encodeTimes(timesMs: Float64Array): Uint8Array {
  const bytes = new Uint8Array(3 + maxTimesBytes(timesMs.length));
  return bytes.subarray(3, writeTimes(timesMs, bytes, 3));
}

describe('the columns of a timeline', () => {
  it('come back as they were: ids', () => {
    const ids = fc.array(fc.oneof(fc.nat(200), fc.nat(70_000), fc.nat(2 ** 31 - 1)), { maxLength: 50 });
    fc.assert(
      fc.property(ids, (values) => {
        expect(decodeIds(encodeIds(Int32Array.from(values)))).toEqual(Int32Array.from(values));
      }),
    );
  });

  it('come back as they were: times, in order or not, whole or not', () => {
    const gap = fc.oneof(
      fc.nat(5),
      fc.nat(1000).map((seconds) => seconds * 1000),
      fc.nat(9).map((days) => days * 86_400_000),
      fc.nat(2 ** 45),
    );
    const ordered = fc.tuple(fc.integer({ min: -1e12, max: 4e12 }), fc.array(gap, { maxLength: 40 })).map(([first, gaps]) => {
      const times = [first];
      for (const step of gaps) times.push(times.at(-1)! + step);
      return times;
    });
    const any = fc.array(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.oneof(ordered, any), (values) => {
        const times = Float64Array.from(values);
        expect(decodeTimes(encodeTimes(times), times.length)).toEqual(times);
      }),
    );
  });

  it.each([
    ['a gap of more than 8 bytes of 7 bits', [0, 72_057_594_037_927_940]],
    ['the largest whole gap', [0, Number.MAX_SAFE_INTEGER]],
    ['a gap that rounds to a whole number', [0.5, 2 ** 52 + 1]],
  ])('come back as they were: times with %s', (_, values) => {
    const times = Float64Array.from(values);
    expect(decodeTimes(encodeTimes(times), times.length)).toEqual(times);
  });

  it('come back as they were: texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        expect(decodeTexts(encodeTexts(texts))).toEqual(texts);
      }),
    );
  });

  it('take a byte where values are small, and a byte for each gap of less than 128 days', () => {
    expect(encodeIds(Int32Array.of(1, 2, 255)).length).toBe(4);
    expect(encodeIds(Int32Array.of(1, 2, 256)).length).toBe(7);
    expect(encodeTimes(Float64Array.of(0, 86_400_000, 100 * 86_400_000)).length).toBe(17 + 2);
  });
});
