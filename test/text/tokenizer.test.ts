import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const json = trainBytePairTokenizer(Array(3).fill('Next title: Heat (1995) and Léon: The Professional (1994)'), 320);
const tokenizer = new Tokenizer(json);

describe('Tokenizer', () => {
  test('decodes what it encoded, for any Unicode text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('keeps spaces before punctuation, byte order marks and control characters', () => {
    const text = "\ufeffWhat 's up , Doc ?\r\n\t \u0000 do n't !";
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test('turns lone surrogates into U+FFFD', () => {
    expect(tokenizer.decode(tokenizer.encode('a\ud800b'))).toBe('a\ufffdb');
  });

  test('works after the tokenizer was written to a file and read back', () => {
    const reloaded = new Tokenizer(JSON.parse(JSON.stringify(json)));
    expect(reloaded.encode('Heat (1995)')).toEqual(tokenizer.encode('Heat (1995)'));
    expect(reloaded.vocabularySize).toBe(tokenizer.vocabularySize);
  });

  test('spells out special tokens that stand in a text', () => {
    for (const text of ['<|endoftext|>', 'a <|endoftext|><|endoftext|> b', '<|endoftext|>']) {
      expect(tokenizer.encode(text)).not.toContain(tokenizer.endOfText);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  test('leaves end-of-text out of what it decodes', () => {
    expect(tokenizer.endOfText).toBe(0);
    expect(tokenizer.decode([...tokenizer.encode('Heat'), tokenizer.endOfText])).toBe('Heat');
    expect(tokenizer.decode([tokenizer.endOfText])).toBe('');
    expect(tokenizer.decode([])).toBe('');
  });

  test('encodes the empty text to no tokens', () => {
    expect(tokenizer.encode('')).toEqual([]);
  });

  test('hands out ids that the caller may change without changing what it remembers', () => {
    const ids = tokenizer.encode('Heat (1995)');
    const before = [...ids];
    ids.push(tokenizer.endOfText);
    expect(tokenizer.encode('Heat (1995)')).toEqual(before);
    tokenizer.encode('Heat (1995)').length = 0;
    expect(tokenizer.encode('Heat (1995)')).toEqual(before);
  });

  test('shows tokens as text, special tokens by name', () => {
    const [id] = tokenizer.encode(' Heat');
    expect(tokenizer.tokenText(id!)).toBe(' Heat');
    expect(tokenizer.tokenText(tokenizer.endOfText)).toBe('<|endoftext|>');
    expect(() => tokenizer.tokenText(99999)).toThrow(`Tokenizer.tokenText: expected an id below ${tokenizer.vocabularySize}, got 99999`);
  });

  test('refuses a tokenizer without the end-of-text token', () => {
    expect(() => new Tokenizer({ ...json, added_tokens: [] })).toThrow('Tokenizer: expected a special token <|endoftext|>, got none');
  });

  test('takes the end-of-text token of another tokenizer by its name', () => {
    const other = { ...json, added_tokens: [{ ...json.added_tokens[0]!, id: 256, content: '</s>' }] };
    const ended = new Tokenizer(other, '</s>');
    expect(ended.endOfText).toBe(256);
    expect(ended.encode('a</s>b')).not.toContain(256);
  });
});
