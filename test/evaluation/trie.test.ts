import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TokenTrie, TRIE_ROOT } from '../../src-main/evaluation/trie.ts';

describe('TokenTrie', () => {
  test('has end-of-text as a child where an entry ends, also inside a longer one', () => {
    const trie = new TokenTrie([[5], [5, 9], [5, 7, 3]], 0);
    expect([...trie.tokensAfter(TRIE_ROOT)]).toEqual([5]);
    expect([...trie.tokensAfter(trie.next(TRIE_ROOT, 5))]).toEqual([0, 7, 9]);
    expect(trie.depth).toBe(4);
  });

  test('sorts end-of-text among the other tokens when its id is not the smallest', () => {
    const trie = new TokenTrie([[5], [5, 9], [5, 1]], 7);
    const node = trie.next(TRIE_ROOT, 5);
    expect([...trie.tokensAfter(node)]).toEqual([1, 7, 9]);
    expect([1, 7, 9].map((token) => trie.next(node, token) > 0)).toEqual([true, true, true]);
    expect([0, 2, 8, 10].map((token) => trie.next(node, token))).toEqual([-1, -1, -1, -1]);
  });

  test('merges equal sequences into one entry that lists their positions', () => {
    const trie = new TokenTrie([[1, 2], [3], [1, 2], [1]], 0);
    expect(trie.entries).toEqual([[0, 2], [1], [3]]);
    expect(trie.find([1, 2])).toBe(0);
  });

  test('finds every sequence it was built from and no other', () => {
    const sequence = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(sequence), sequence, (sequences, other) => {
        const trie = new TokenTrie(sequences, 0);
        sequences.forEach((tokens, position) => {
          expect(trie.entries[trie.find(tokens)]).toContain(position);
        });
        const known = sequences.some((tokens) => tokens.join() === other.join());
        expect(trie.find(other) >= 0).toBe(known);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('of nothing allows nothing', () => {
    const trie = new TokenTrie([], 0);
    expect([...trie.tokensAfter(TRIE_ROOT)]).toEqual([]);
    expect(trie.find([])).toBe(-1);
    expect(trie.depth).toBe(0);
  });

  test('refuses end-of-text inside a sequence', () => {
    expect(() => new TokenTrie([[1], [2, 0, 3]], 0)).toThrow('TokenTrie: expected no end-of-text token in sequence 1');
  });
});
