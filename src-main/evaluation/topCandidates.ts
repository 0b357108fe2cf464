/**
 * The best `capacity` of the extensions offered, best first, in typed arrays. Of equal scores the one offered earlier stays ahead.
 * Nearly all offers fall below the worst kept one and cost a comparison: scanning a vocabulary takes little more than reading it.
 */
export class TopCandidates {
  readonly scores: Float64Array;
  /** Which beam is extended, and by which token. */
  readonly beams: Int32Array;
  readonly tokens: Int32Array;
  size = 0;
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.scores = new Float64Array(capacity);
    this.beams = new Int32Array(capacity);
    this.tokens = new Int32Array(capacity);
  }

  clear(): void {
    this.size = 0;
  }

  /** Offers `base + logits[offset + token]` for every token below `count` but `except`. Minus infinity and NaN are never kept. */
  offerAll(beam: number, base: number, logits: Float32Array, offset: number, count: number, except: number): void {
    let worst = this.worst();
    for (let token = 0; token < count; token++) {
      const score = base + logits[offset + token]!;
      if (score > worst && token !== except) {
        this.insert(score, beam, token);
        worst = this.worst();
      }
    }
  }

  /** The same for the tokens listed. */
  offerListed(beam: number, base: number, logits: Float32Array, offset: number, listed: Int32Array, except: number): void {
    for (let i = 0; i < listed.length; i++) {
      const token = listed[i]!;
      const score = base + logits[offset + token]!;
      if (score > this.worst() && token !== except) this.insert(score, beam, token);
    }
  }

  /** The score to beat. */
  private worst(): number {
    return this.size < this.capacity ? Number.NEGATIVE_INFINITY : this.scores[this.capacity - 1]!;
  }

  private insert(score: number, beam: number, token: number): void {
    const { scores, beams, tokens } = this;
    let place = this.size < this.capacity ? this.size++ : this.capacity - 1;
    for (; place > 0 && scores[place - 1]! < score; place--) {
      scores[place] = scores[place - 1]!;
      beams[place] = beams[place - 1]!;
      tokens[place] = tokens[place - 1]!;
    }
    scores[place] = score;
    beams[place] = beam;
    tokens[place] = token;
  }
}
