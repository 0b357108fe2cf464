import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BYTE_CHARACTERS, PRE_TOKEN_PATTERN } from '../../src-main/text/byteAlphabet.ts';
import { END_OF_TEXT, mergeWord, type TokenizerJson, trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const sentences = [
  'Next title: Heat (1995)',
  'Next title: Matrix, The (1999)',
  "Next title: Schindler's List (1993)",
  'Next title: Amélie (Fabuleux destin d’Amélie Poulain, Le) (2001)',
  'Next title: 千と千尋の神隠し (2001)',
];

/** A slower trainer that counts everything anew before every merge. */
function trainBySimpleCounting(texts: string[], size: number): [string, string][] {
  const words = texts.flatMap((text) =>
    Array.from(text.match(PRE_TOKEN_PATTERN) ?? [], (word) => Array.from(new TextEncoder().encode(word), (byte) => byte + 1)),
  );
  const vocabulary = [END_OF_TEXT, ...BYTE_CHARACTERS];
  const merges: [string, string][] = [];
  while (vocabulary.length < size) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 1; i < word.length; i++) counts.set(`${word[i - 1]} ${word[i]}`, (counts.get(`${word[i - 1]} ${word[i]}`) ?? 0) + 1);
    }
    const best = [...counts]
      .map(([key, count]) => ({ count, ids: key.split(' ').map(Number) as [number, number] }))
      .filter(({ count }) => count >= 2)
      .sort((a, b) => b.count - a.count || a.ids[0] - b.ids[0] || a.ids[1] - b.ids[1])[0];
    if (!best) break;
    const [left, right] = best.ids;
    merges.push([vocabulary[left]!, vocabulary[right]!]);
    vocabulary.push(vocabulary[left]! + vocabulary[right]!);
    words.forEach((word, i) => {
      words[i] = mergeWord(word, left, right, vocabulary.length - 1);
    });
  }
  return merges;
}

/** Applies every merge to the whole text, in the order in which they were learned. */
function applyMerges(json: TokenizerJson, text: string): number[] {
  const { vocab, merges } = json.model;
  return (text.match(PRE_TOKEN_PATTERN) ?? []).flatMap((word) => {
    let ids = Array.from(new TextEncoder().encode(word), (byte) => byte + 1);
    for (const [left, right] of merges) ids = mergeWord(ids, vocab[left]!, vocab[right]!, vocab[left + right]!);
    return ids;
  });
}

describe('trainBytePairTokenizer', () => {
  test('merges the most frequent pair first, and of equals the one with the smaller ids', () => {
    // "abab abab abc": words "abab", " abab", " abc". Pairs: ab 2+2+1 = 5, ba 1+1, " a" 1+1, bc 1.
    // After ab: " ab" 1+1 = 2 and (ab)(ab) 1+1 = 2; the space's id, 33, is smaller than ab's, 257, so " ab" is merged next.
    // After it: "abab" holds (ab)(ab) once, " abab" is (" ab")(ab), " abc" is (" ab")(c): nothing occurs twice.
    const json = trainBytePairTokenizer(['abab abab abc'], 300);
    expect(json.model.merges).toEqual([
      ['a', 'b'],
      ['Ġ', 'ab'],
    ]);
    expect(json.model.vocab['ab']).toBe(257);
    expect(json.model.vocab['Ġab']).toBe(258);
  });

  test('gives end-of-text id 0 and byte b the id 1 + b', () => {
    const { model, added_tokens } = trainBytePairTokenizer([], 257);
    expect(added_tokens.map(({ id, content, special }) => ({ id, content, special }))).toEqual([
      { id: 0, content: '<|endoftext|>', special: true },
    ]);
    expect(Object.keys(model.vocab)).toHaveLength(257);
    expect(['!', 'A', 'Ġ', 'Ċ', 'ÿ'].map((character) => model.vocab[character])).toEqual([0x22, 0x42, 0x21, 0x0b, 0x100]);
  });

  test('learns the same merges as counting all pairs anew each time', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (texts) => {
        expect(trainBytePairTokenizer(texts, 290).model.merges).toEqual(trainBySimpleCounting(texts, 290));
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  test('gives the same tokenizer whatever the order of the texts', () => {
    expect(trainBytePairTokenizer([...sentences].reverse(), 320)).toEqual(trainBytePairTokenizer(sentences, 320));
  });

  test('stops early when no pair occurs twice, and says so by the size of the vocabulary', () => {
    const json = trainBytePairTokenizer(['xyz xyz'], 1000);
    // xy, then (xy)z; the space before the second word occurs once.
    expect(json.model.merges).toEqual([
      ['x', 'y'],
      ['xy', 'z'],
    ]);
    expect(new Tokenizer(json).vocabularySize).toBe(259);
  });

  test('never gives two ids to one text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 20 })), (texts) => {
        const { vocab, merges } = trainBytePairTokenizer(texts, 300).model;
        expect(Object.values(vocab).sort((a, b) => a - b)).toEqual(Array.from({ length: 257 + merges.length }, (_, id) => id));
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  test('knows words that are names of properties of every object', () => {
    const text = 'constructor toString valueOf hasOwnProperty';
    const json = trainBytePairTokenizer([text, text], 400);
    const tokenizer = new Tokenizer(json);
    expect(json.model.merges.map((pair) => pair.join(''))).toEqual(expect.arrayContaining(['constructor', 'ĠtoString', 'ĠvalueOf']));
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.encode(text)).toHaveLength(4);
  });

  test('refuses a vocabulary that cannot hold the bytes', () => {
    expect(() => trainBytePairTokenizer(sentences, 256)).toThrow(
      'trainBytePairTokenizer: expected a vocabulary of at least 257 tokens, got 256',
    );
  });

  test('encoding with the library equals applying the merges in the order they were learned', () => {
    const json = trainBytePairTokenizer([...sentences, 'aaaa aaa aa aaaaaaa', 'abcabc bcabca cab abca'], 400);
    const tokenizer = new Tokenizer(json);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'abc aHeat(19'), maxLength: 40 }),
      fc.constantFrom(...sentences),
    );
    fc.assert(
      fc.property(text, (value) => {
        expect(tokenizer.encode(value)).toEqual(applyMerges(json, value));
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
