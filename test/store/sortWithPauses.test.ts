import { describe, expect, it } from 'vitest';
import { sortWithPauses } from '../../src-main/store/sortWithPauses.ts';

const LENGTHS = [0, 1, 4095, 4096, 4097, 8192, 3 * 4096, 100_003];
const scrambled = (length: number) => Int32Array.from({ length }, (_, index) => (index * 7919 + 13) % (length || 1));

describe('sorting with pauses', () => {
  it.each(LENGTHS)('orders %i values as the plain sort does', async (length) => {
    const values = scrambled(length);
    expect(await sortWithPauses(values.slice(), (a, b) => b - a)).toEqual(values.slice().sort((a, b) => b - a));
  });

  it('leaves equal values in their order', async () => {
    const values = Int32Array.from({ length: 20_000 }, (_, index) => index);
    const byRemainder = await sortWithPauses(values.slice(), (a, b) => (a % 3) - (b % 3));
    expect(byRemainder).toEqual(values.slice().sort((a, b) => (a % 3) - (b % 3)));
  });

  it('lets others have a turn meanwhile', async () => {
    let turns = 0;
    const slow = (a: number, b: number) => {
      const until = performance.now() + 0.002;
      while (performance.now() < until);
      return a - b;
    };
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await sortWithPauses(scrambled(20_000), slow);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});
