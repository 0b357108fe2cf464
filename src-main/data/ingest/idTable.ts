/** Numbers for ids in the order of their first occurrence. A table holds either numbers or texts. */
export class IdTable {
  private readonly indices = new Map<number | string, number>();
  private lastId: number | string | null = null;
  private lastIndex = 0;

  get size(): number {
    return this.indices.size;
  }

  indexOf(id: number | string): number {
    if (id === this.lastId) return this.lastIndex;
    let index = this.indices.get(id);
    if (index === undefined) {
      index = this.indices.size;
      this.indices.set(id, index);
    }
    this.lastId = id;
    this.lastIndex = index;
    return index;
  }

  /** Ids as text, by index. */
  texts(): string[] {
    return Array.from(this.indices.keys(), String);
  }
}

/** The place of each text when they are sorted: whole numbers by value, before all others. */
export function ranksOf(texts: readonly string[]): Uint32Array {
  const sorted = Uint32Array.from(texts.keys()).sort((a, b) => compareIds(texts[a]!, texts[b]!));
  const ranks = new Uint32Array(texts.length);
  sorted.forEach((index, rank) => {
    ranks[index] = rank;
  });
  return ranks;
}

const WHOLE_NUMBER = /^\d+$/;

export function compareIds(a: string, b: string): number {
  const isNumber = WHOLE_NUMBER.test(a);
  if (isNumber !== WHOLE_NUMBER.test(b)) return isNumber ? -1 : 1;
  // Ids may have more digits than a number holds.
  if (isNumber && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
