import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { StopTexts, StreamedText } from '../../src-main/text/streamedText.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const tokenizer = new Tokenizer(trainBytePairTokenizer(Array(3).fill('Once upon a time there was a time'), 280));

describe('StreamedText', () => {
  it('gives out, piece by piece, exactly the text of the tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (prompt, text) => {
        const stream = new StreamedText(tokenizer, tokenizer.encode(prompt));
        const pieces = tokenizer.encode(text).map((token) => stream.add(token));
        expect(pieces.join('') + stream.finish()).toBe(text);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('holds a character back until all of its bytes are there', () => {
    const stream = new StreamedText(tokenizer, []);
    const tokens = tokenizer.encode('é!');
    expect(tokens).toHaveLength(3);
    expect(tokens.map((token) => stream.add(token))).toEqual(['', 'é', '!']);
    stream.add(tokens[0]!);
    expect(stream.finish()).toBe('\ufffd');
    expect(stream.finish()).toBe('');
  });
});

describe('StopTexts', () => {
  it('cuts before the first stop text, wherever the pieces are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'ab', 'ba', 'aab', ''), { maxLength: 12 }), (pieces) => {
        const stops = new StopTexts(['aab', 'bb']);
        const whole = pieces.join('');
        let text = '';
        let stopped = false;
        for (const piece of pieces) {
          if (stopped) break;
          const added = stops.add(piece);
          text += added.text;
          stopped = added.stopped;
        }
        if (!stopped) text += stops.finish();
        const first = whole.search(/aab|bb/);
        expect([text, stopped]).toEqual(first < 0 ? [whole, false] : [whole.slice(0, first), true]);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('gives out at once what can be no start of a stop text', () => {
    const stops = new StopTexts(['\n\n']);
    expect(stops.add('one\n')).toEqual({ text: 'one', stopped: false });
    expect(stops.add('two')).toEqual({ text: '\ntwo', stopped: false });
  });
});
