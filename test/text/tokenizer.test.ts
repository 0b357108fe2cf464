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

/** A small SentencePiece-like tokenizer: a space before every text, written as a low line, and bytes for what it does not know. */
function sentencePieceJson() {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const pieces = ['<unk>', '<s>', '</s>', ...bytes, '▁', 'H', 'e', 'a', 't', 'He', 'at', 'Heat', '▁Heat'];
  const merges = [
    ['H', 'e'],
    ['a', 't'],
    ['He', 'at'],
    ['▁', 'Heat'],
  ];
  const special = ['<unk>', '<s>', '</s>'].map((content, id) => ({
    id,
    content,
    special: true,
    normalized: false,
    single_word: false,
    lstrip: false,
    rstrip: false,
  }));
  return {
    added_tokens: special,
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: true,
      fuse_unk: true,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges,
    },
  };
}

describe('a tokenizer that puts a space before every text and falls back to bytes', () => {
  const pieces = new Tokenizer(sentencePieceJson(), '</s>');

  test('decodes what it encoded, for any Unicode text without a low line of its own', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) => {
        fc.pre(!text.includes('▁'));
        expect(pieces.decode(pieces.encode(text))).toBe(text.toWellFormed());
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test('has one space between a text and its continuation', () => {
    const ids = [...pieces.encode('Heat'), ...pieces.encodeContinuation(' Heat'), ...pieces.encodeContinuation('\n')];
    expect(pieces.decode(ids)).toBe('Heat Heat\n');
    expect(ids).toHaveLength(3);
    expect(pieces.decode([...pieces.encode('Heat'), ...pieces.encode(' Heat')])).toBe('Heat  Heat');
  });

  test('begins a prompt, but no continuation, with the begin-of-text token', () => {
    expect(pieces.encodePrompt('Heat')).toEqual([1, ...pieces.encode('Heat')]);
    expect(tokenizer.encodePrompt('Heat')).toEqual(tokenizer.encode('Heat'));
  });

  test('reads special tokens in templates, and spells them everywhere else', () => {
    expect(pieces.encodeTemplate('<s>Heat</s>')).toEqual([1, ...pieces.encode('Heat'), 2]);
    expect(pieces.encode('<s>Heat</s>')).not.toContain(1);
    expect(pieces.decode(pieces.encode('a<s>Heat</s>'))).toBe('a<s>Heat</s>');
  });
});
