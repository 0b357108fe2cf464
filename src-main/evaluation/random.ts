/**
 * A seeded source of 32-bit words: xoshiro128** (Blackman and Vigna 2018), its state filled by splitmix32.
 * Equal seeds give equal sequences on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param seed an integer; its low 32 bits count */
  constructor(seed: number) {
    let state = seed | 0;
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      return word ^ (word >>> 15);
    };
    [this.a, this.b, this.c, this.d] = [next(), next(), next(), next()];
  }

  /** An integer from 0 to 2^32 - 1. */
  word(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** An integer from 0 to count - 1, all but equally likely (a bias below count / 2^32). */
  below(count: number): number {
    return Math.floor(this.word() * (count / 0x1_0000_0000));
  }
}
