/** The root of every trie: the node before the first token. */
export const TRIE_ROOT = 0;

interface BuildNode {
  readonly children: Map<number, number>;
  entry: number;
}

/**
 * A prefix tree over the token sequences of a catalogue, for decoding that can write nothing else.
 *
 * End-of-text is a child like any other: a title that is the beginning of another ("Heat" and "Heat (1995)") may end where the other goes
 * on, and pays for ending. Children of a node lie side by side in typed arrays, sorted by token.
 * Equal sequences share one entry: `entries[e]` lists the positions at which sequence e was given, in rising order.
 */
export class TokenTrie {
  readonly endOfText: number;
  /** Tokens of the longest sequence, end-of-text included: the `maxTokens` that lets every entry be written. */
  readonly depth: number;
  readonly entries: readonly (readonly number[])[];
  /** Children of node n are at `childStart[n] .. childStart[n + 1] - 1` of `childTokens` and `childNodes`. */
  private readonly childStart: Int32Array;
  private readonly childTokens: Int32Array;
  private readonly childNodes: Int32Array;
  /** Entry that ends in this node, by way of end-of-text; -1 for the others. */
  private readonly entryOfNode: Int32Array;

  /**
   * @param sequences without end-of-text; an empty one is allowed
   * @throws Error when a sequence holds the end-of-text token
   */
  constructor(sequences: Iterable<readonly number[]>, endOfText: number) {
    this.endOfText = endOfText;
    const nodes: BuildNode[] = [newNode()];
    const entries: number[][] = [];
    let depth = 0;
    let position = 0;
    for (const sequence of sequences) {
      if (sequence.includes(endOfText)) throw new Error(`TokenTrie: expected no end-of-text token in sequence ${position}`);
      const end = nodes[descend(nodes, [...sequence, endOfText])]!;
      if (end.entry < 0) end.entry = entries.push([]) - 1;
      entries[end.entry]!.push(position++);
      depth = Math.max(depth, sequence.length + 1);
    }
    this.entries = entries;
    this.depth = depth;
    this.entryOfNode = Int32Array.from(nodes, (node) => node.entry);
    this.childStart = prefixSums(nodes.map((node) => node.children.size));
    const children = nodes.flatMap((node) => [...node.children].sort((a, b) => a[0] - b[0]));
    this.childTokens = Int32Array.from(children, ([token]) => token);
    this.childNodes = Int32Array.from(children, ([, node]) => node);
  }

  /** Tokens that may follow, in rising order; a view, not a copy. */
  tokensAfter(node: number): Int32Array {
    return this.childTokens.subarray(this.childStart[node], this.childStart[node + 1]);
  }

  /** The node that `token` leads to, or -1 where the catalogue has no such continuation. */
  next(node: number, token: number): number {
    let low = this.childStart[node]!;
    let high = this.childStart[node + 1]!;
    const end = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.childTokens[middle]! < token) low = middle + 1;
      else high = middle;
    }
    return low < end && this.childTokens[low] === token ? this.childNodes[low]! : -1;
  }

  /** Index into `entries` of the sequence (without end-of-text), or -1 when the catalogue has no such entry. */
  find(sequence: readonly number[]): number {
    let node = TRIE_ROOT;
    for (const token of sequence) {
      node = this.next(node, token);
      if (node < 0) return -1;
    }
    const end = this.next(node, this.endOfText);
    return end < 0 ? -1 : this.entryOfNode[end]!;
  }
}

function newNode(): BuildNode {
  return { children: new Map(), entry: -1 };
}

/** Walks the sequence from the root, making the nodes that are missing; returns the last one. */
function descend(nodes: BuildNode[], sequence: readonly number[]): number {
  let current = TRIE_ROOT;
  for (const token of sequence) {
    const { children } = nodes[current]!;
    let child = children.get(token);
    if (child === undefined) {
      child = nodes.push(newNode()) - 1;
      children.set(token, child);
    }
    current = child;
  }
  return current;
}

/** [0, a0, a0 + a1, ...]. */
function prefixSums(counts: readonly number[]): Int32Array {
  const sums = new Int32Array(counts.length + 1);
  for (const [i, count] of counts.entries()) sums[i + 1] = sums[i]! + count;
  return sums;
}
