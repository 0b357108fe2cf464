import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BeamSearchOptions, beamSearch } from '../../src-main/evaluation/decoding.ts';
import { TokenTrie } from '../../src-main/evaluation/trie.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { allTexts, logSoftmax, type NextTokenTable, randomTable, scoreSequence, TableSession } from './tableSession.ts';

const endOfText = 0 as TokenId;
const vocabularySize = 4;

/** Every text with its score, best first, for one prompt. */
function exhaustive(table: NextTokenTable, prompt: number, texts: readonly (readonly number[])[], alpha = 0) {
  return texts
    .map((text) => {
      const logProbability = scoreSequence(table, prompt, [...text, endOfText]);
      return { tokens: [...text], logProbability, score: logProbability / ((5 + text.length + 1) / 6) ** alpha };
    })
    .sort((a, b) => b.score - a.score);
}

function search(table: NextTokenTable, options: Partial<BeamSearchOptions> & { beams: number; maxTokens: number }) {
  const prompts = options.prompts ?? 1;
  const session = new TableSession(prompts, table);
  return { session, result: beamSearch(session, { prompts, vocabularySize, endOfText, ...options }) };
}

describe('beamSearch', () => {
  test('with enough beams finds what scoring every text finds', async () => {
    const texts = allTexts(vocabularySize, 5, endOfText);
    expect(texts).toHaveLength(1 + 3 + 9 + 27 + 81);
    for (const seed of [1, 2, 3]) {
      const table = randomTable(vocabularySize, seed);
      const [found] = await search(table, { beams: 121, maxTokens: 5 }).result;
      const expected = exhaustive(table, 0, texts);
      expect(found!.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
      found!.forEach((candidate, i) => {
        expect(candidate.score).toBeCloseTo(expected[i]!.score, 10);
      });
    }
  });

  test('orders by the length penalty of Wu et al., and still finds the best texts', async () => {
    const texts = allTexts(vocabularySize, 5, endOfText);
    for (const lengthPenalty of [0.6, 2]) {
      const table = randomTable(vocabularySize, 11);
      const [found] = await search(table, { beams: 81, maxTokens: 5, lengthPenalty }).result;
      const expected = exhaustive(table, 0, texts, lengthPenalty).slice(0, 81);
      expect(found!.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
      expect(found![0]!.logProbability).toBeCloseTo(expected[0]!.logProbability, 10);
      expect(found![0]!.score).toBeCloseTo(expected[0]!.score, 10);
    }
  });

  test('prefers the longer of two texts once the penalty makes up for its lower probability', async () => {
    // P(a) = 0.5, then it ends with 0.9: 0.45. P(end) = 0.5. log 0.5 = -0.6931, log 0.45 = -0.7985.
    // alpha 1: -0.6931 / (6/6) = -0.6931 and -0.7985 / (7/6) = -0.6844.
    const table: NextTokenTable = (_, prefix) => Float32Array.from(prefix.length === 0 ? [0.5, 0.5] : [0.9, 0.1], Math.log);
    const run = (lengthPenalty: number) => search(table, { vocabularySize: 2, beams: 2, maxTokens: 3, lengthPenalty }).result;
    expect((await run(0))[0]!.map(({ tokens }) => tokens)).toEqual([[], [1]]);
    const [penalised] = await run(1);
    expect(penalised!.map(({ tokens }) => tokens)).toEqual([[1], []]);
    expect(penalised![0]!.score).toBeCloseTo(-0.6844, 4);
  });

  test('keeps the best continuation even when its first token is not the best', async () => {
    // Greedy takes a (0.6) and ends at 0.6 x 0.4 = 0.24; b (0.4) ends surely: 0.4. End at once: 0.
    const table: NextTokenTable = (_, prefix) => {
      if (prefix.length === 0) return Float32Array.from([0, 0.6, 0.4], Math.log);
      return Float32Array.from(prefix[0] === 1 ? [0.4, 0.3, 0.3] : [1, 0, 0], Math.log);
    };
    const greedy = await search(table, { vocabularySize: 3, beams: 1, maxTokens: 2 }).result;
    expect(greedy[0]![0]!.tokens).toEqual([1]);
    const [found] = await search(table, { vocabularySize: 3, beams: 2, maxTokens: 2 }).result;
    expect(found!.map(({ tokens, logProbability }) => [tokens, Math.exp(logProbability).toFixed(2)])).toEqual([
      [[2], '0.40'],
      [[1], '0.24'],
    ]);
  });

  test('stops as soon as no living beam can beat the finished ones', async () => {
    const table: NextTokenTable = () => logSoftmax([10, 0, 0, 0]);
    const { session, result } = search(table, { beams: 2, maxTokens: 50 });
    expect((await result)[0]!.map(({ tokens }) => tokens)).toEqual([[], [1]]);
    // The empty text ends at the first position, "1" at the second: one call to extend it.
    expect(session.batches).toHaveLength(1);
  });

  test('does not stop while a living beam can still win by the length penalty', async () => {
    // Ending at once: 0.6. Going on: 0.4, then surely two more tokens and the end. log 0.6 = -0.51; log 0.4 / (9/6)^2 = -0.41.
    const table: NextTokenTable = (_, prefix) => {
      if (prefix.length === 0) return Float32Array.from([0.6, 0.4], Math.log);
      return Float32Array.from(prefix.length < 3 ? [0, 1] : [1, 0], Math.log);
    };
    const [found] = await search(table, { vocabularySize: 2, beams: 1, maxTokens: 4, lengthPenalty: 2 }).result;
    expect(found![0]!.tokens).toEqual([1, 1, 1]);
  });

  test('prompts do not mix: together they give what each gives alone', async () => {
    const table = randomTable(vocabularySize, 5);
    const together = await search(table, { prompts: 4, beams: 3, maxTokens: 6 }).result;
    for (const prompt of [0, 1, 2, 3]) {
      const [alone] = await search((_, prefix) => table(prompt, prefix), { beams: 3, maxTokens: 6 }).result;
      expect(together[prompt]).toEqual(alone);
    }
  });

  test('asks for the same number of rows in every step, each prompt in its own', async () => {
    // Prompt 1 is done at once, prompt 0 goes on.
    const table: NextTokenTable = (prompt) => logSoftmax(prompt === 1 ? [20, 0, 0, 0] : [0, 1, 2, 3]);
    const { session, result } = search(table, { prompts: 2, beams: 3, maxTokens: 5 });
    await result;
    expect(session.batches.map(({ parents, tokens }) => [parents.length, tokens.length])).toEqual(Array(4).fill([6, 6]));
    expect(session.promptOfRows()).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test('goes on while a living beam can beat the worst of the finished ones', async () => {
    // "" 0.5; "1" 0.1; "2" never ends, "21" 0.4. After two steps "" and "1" are finished, and "21" is better than "1".
    const table: NextTokenTable = (_, prefix) => {
      if (prefix.length === 0) return Float32Array.from([0.5, 0.1, 0.4], Math.log);
      return Float32Array.from(prefix.at(-1) === 1 ? [1, 0, 0] : [0, 1, 0], Math.log);
    };
    const [found] = await search(table, { vocabularySize: 3, beams: 2, maxTokens: 5 }).result;
    expect(found!.map(({ tokens }) => tokens)).toEqual([[], [2, 1]]);
  });

  test('ends no text before it has as many tokens as it must have, and is then as good as exhaustive scoring', async () => {
    const table = randomTable(vocabularySize, 7);
    const texts = allTexts(vocabularySize, 5, endOfText).filter((text) => text.length >= 3);
    const [found] = await search(table, { beams: 108, maxTokens: 5, minTokens: 3 }).result;
    expect(found!.map(({ tokens }) => tokens)).toEqual(exhaustive(table, 0, texts).map(({ tokens }) => tokens));
  });

  test('breaks ties by the smaller token id', async () => {
    const table: NextTokenTable = () => new Float32Array(8).fill(Math.log(1 / 8));
    const [found] = await search(table, { vocabularySize: 8, beams: 3, maxTokens: 3 }).result;
    expect(found!.map(({ tokens }) => tokens)).toEqual([[], [1], [2]]);
  });

  test('marks texts cut off at the limit and puts them after all finished ones', async () => {
    // It ends with 0.1 everywhere: ended texts are worse than the cut-off one, and still first.
    const table: NextTokenTable = () => Float32Array.from([0.1, 0.9], Math.log);
    const [found] = await search(table, { vocabularySize: 2, beams: 4, maxTokens: 2 }).result;
    expect(found!.map(({ tokens, finished }) => ({ tokens, finished }))).toEqual([
      { tokens: [], finished: true },
      { tokens: [1], finished: true },
      { tokens: [1, 1], finished: false },
    ]);
    expect(found![2]!.logProbability).toBeCloseTo(2 * Math.log(0.9), 6);
  });

  test('counts two spellings of one text once, with the better score', async () => {
    // Tokens 1 and 2 spell "a", 3 spells "aa".
    const textOf = (tokens: readonly number[]) => tokens.map((token) => (token === 3 ? 'aa' : 'a')).join('');
    const texts = allTexts(vocabularySize, 4, endOfText);
    for (const seed of [1, 2, 3, 4, 5]) {
      const table = randomTable(vocabularySize, seed);
      const best = new Map<string, number[]>();
      for (const { tokens } of exhaustive(table, 0, texts)) if (!best.has(textOf(tokens))) best.set(textOf(tokens), tokens);
      const [found] = await search(table, { beams: 27, maxTokens: 4, textOf }).result;
      expect(found!.filter(({ finished }) => finished).map(({ tokens }) => tokens)).toEqual([...best.values()]);
      expect(new Set(found!.map(({ tokens }) => textOf(tokens))).size).toBe(found!.length);
    }
  });

  test('refuses output of another size and output without finite values', async () => {
    const wrong = new TableSession(1, () => new Float32Array(5));
    await expect(beamSearch(wrong, { prompts: 1, vocabularySize: 4, beams: 2, maxTokens: 3, endOfText })).rejects.toThrow(
      'beamSearch: expected [1, 4] log-probabilities, got 5 values',
    );
    const broken = search(() => new Float32Array(vocabularySize).fill(Number.NaN), { beams: 2, maxTokens: 3 });
    await expect(broken.result).rejects.toThrow('beamSearch: prompt 0 has no token of finite log-probability at position 1');
  });
});

describe('beamSearch under a trie', () => {
  const catalogue = [[1, 2], [1], [3, 3, 3], [2, 1], [1, 2], [2, 3, 1]];
  const distinct = [[1, 2], [1], [3, 3, 3], [2, 1], [2, 3, 1]];

  test('equals scoring every entry of the catalogue', async () => {
    const trie = new TokenTrie(catalogue, endOfText);
    for (const seed of [1, 2, 3, 4]) {
      const table = randomTable(vocabularySize, seed);
      const found = await search(table, { prompts: 2, beams: 5, maxTokens: trie.depth, trie }).result;
      for (const prompt of [0, 1]) {
        const expected = exhaustive(table, prompt, distinct);
        expect(found[prompt]!.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
        expect(found[prompt]![0]!.score).toBeCloseTo(expected[0]!.score, 10);
      }
    }
  });

  test('writes nothing but entries, names them, and each once', async () => {
    const sequence = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(sequence, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 8 }), async (entries, beams) => {
        const trie = new TokenTrie(entries, endOfText);
        const table = randomTable(6, entries.length);
        const [found] = await search(table, { vocabularySize: 6, beams, maxTokens: trie.depth, trie }).result;
        expect(found!.length).toBeGreaterThan(0);
        for (const { tokens, entry, finished } of found!) {
          expect(finished).toBe(true);
          expect(trie.entries[entry]!.map((position) => entries[position])).toContainEqual(tokens);
        }
        expect(new Set(found!.map(({ entry }) => entry)).size).toBe(found!.length);
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  test('does not spend a living beam on an entry that ends', async () => {
    // After "1" ending is likeliest, 0.6; then 2 (0.3) and 3 (0.1). "12" hardly ends, "13" surely: "1" 0.6, "13" 0.1, "12" 0.3 x 0.01.
    const trie = new TokenTrie([[1], [1, 2], [1, 3]], endOfText);
    const table: NextTokenTable = (_, prefix) => {
      if (prefix.length === 0) return Float32Array.from([0, 1, 0, 0], Math.log);
      if (prefix.length === 1) return Float32Array.from([0.6, 0, 0.3, 0.1], Math.log);
      return Float32Array.from(prefix.at(-1) === 3 ? [1, 0, 0, 0] : [0.01, 0.33, 0.33, 0.33], Math.log);
    };
    const [found] = await search(table, { beams: 2, maxTokens: trie.depth, trie }).result;
    expect(found!.map(({ tokens, entry }) => ({ tokens, entry }))).toEqual([
      { tokens: [1], entry: 0 },
      { tokens: [1, 3], entry: 2 },
    ]);
  });

  test('lets a title of 3 tokens and one of 15 compete by how likely they are, not by how long', async () => {
    const [short, long] = [[1, 2, 1], Array.from({ length: 15 }, (_, i) => (i === 0 ? 2 : 3))];
    const others = [[3], [3, 1], [1, 1], [1, 3]];
    const trie = new TokenTrie([short, long, ...others], endOfText);
    // Of the two only the first token is in doubt; everything after it is nearly sure.
    const tableFor = (ofLong: number): NextTokenTable => {
      const first = Float32Array.from([0, 0.95 - ofLong, ofLong, 0.05], Math.log);
      return (_, prefix) => {
        if (prefix.length === 0) return first;
        const text = prefix[0] === 1 ? short : long;
        const next = prefix.length < text.length ? text[prefix.length]! : endOfText;
        return Float32Array.from({ length: vocabularySize }, (_unused, token) => Math.log(token === next ? 0.997 : 0.001));
      };
    };
    for (const [ofLong, best] of [
      [0.5, long],
      [0.4, short],
    ] as const) {
      const [found] = await search(tableFor(ofLong), { beams: 2, maxTokens: trie.depth, trie }).result;
      expect(found![0]!.tokens).toEqual(best);
      expect(found!.map(({ tokens }) => tokens)).toContainEqual(best === long ? short : long);
    }
  });

  test('gives fewer candidates than beams when the catalogue is small', async () => {
    const trie = new TokenTrie([[1], [2]], endOfText);
    const [found] = await search(randomTable(vocabularySize, 1), { beams: 10, maxTokens: 8, trie }).result;
    expect(found).toHaveLength(2);
  });

  test('leaves out entries that do not fit the limit instead of cutting them off', async () => {
    const trie = new TokenTrie([[1], [2, 2, 2]], endOfText);
    const [found] = await search(randomTable(vocabularySize, 1), { beams: 4, maxTokens: 2, trie }).result;
    expect(found!.map(({ tokens }) => tokens)).toEqual([[1]]);
  });
});
