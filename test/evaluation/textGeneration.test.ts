import { describe, expect, it } from 'vitest';
import { type TextRequest, writeText } from '../../src-main/evaluation/textGeneration.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';
import { generationOptionsSchema } from '../../src-shared/model.ts';
import { allTexts, logSoftmax, randomTable, scoreSequence, TableSession } from './tableSession.ts';

/** Bytes only: token 1 + b is byte b, 0 is end-of-text. */
const tokenizer = new Tokenizer(trainBytePairTokenizer([], 257));
const byte = (text: string) => text.charCodeAt(0) + 1;

/** Writes `text`, then end-of-text for ever. */
function scripted(text: string): TableSession {
  return new TableSession(1, (_, prefix) => {
    const next = prefix.length < text.length ? byte(text[prefix.length]!) : 0;
    return logSoftmax(Array.from({ length: 257 }, (_, token) => (token === next ? 9 : 0)));
  });
}

function write(session: TableSession, options: object = {}, more: Partial<TextRequest> = {}) {
  const prompt = tokenizer.encode('Go');
  const parsed = generationOptionsSchema.parse(options);
  return writeText({ session, tokenizer, vocabularySize: 257, prompt, stopTokens: new Set([0]), options: parsed, ...more });
}

describe('writeText', () => {
  it('continues until an end-of-text token, and gives the text out as it grows', async () => {
    const pieces: string[] = [];
    const written = await write(scripted(' on now'), {}, { onText: (piece) => pieces.push(piece) });
    expect(written).toMatchObject({ text: ' on now', tokens: 7, ended: 'end-of-text' });
    expect(pieces).toEqual([...' on now']);
  });

  it('ends after as many tokens as it may write, and asks for none in vain', async () => {
    const session = scripted(' on now');
    expect(await write(session, { maxTokens: 3 })).toMatchObject({ text: ' on', tokens: 3, ended: 'length' });
    expect(session.batches).toHaveLength(2);
    expect(await write(scripted('x'), { maxTokens: 1 })).toMatchObject({ text: 'x', tokens: 1, tokensPerSecond: null });
  });

  it('ends before a stop text, of which it gives nothing out', async () => {
    const pieces: string[] = [];
    const written = await write(scripted('one, two. three'), { stop: ['. t'] }, { onText: (piece) => pieces.push(piece) });
    expect(written).toMatchObject({ text: 'one, two', ended: 'stop' });
    expect(pieces.join('')).toBe('one, two');
  });

  it('ends when it is cancelled in the middle of a text', async () => {
    const controller = new AbortController();
    const onText = (piece: string) => piece === ',' && controller.abort();
    expect(await write(scripted('one, two'), {}, { onText, signal: controller.signal })).toMatchObject({
      text: 'one,',
      ended: 'cancelled',
    });
  });

  it('draws the same text from the same seed, another one from another', async () => {
    const draw = async (seed: number) => {
      const session = new TableSession(1, randomTable(257, 3));
      return (await write(session, { temperature: 1, maxTokens: 20, seed }, { stopTokens: new Set() })).text;
    };
    expect(await draw(1)).toBe(await draw(1));
    expect(await draw(1)).not.toBe(await draw(2));
  });

  it('finds the text of the best score per length by beam search', async () => {
    const table = randomTable(257, 5);
    const few = [0, 70, 71, 72];
    const restricted: typeof table = (prompt, prefix) => table(prompt, prefix).map((score, token) => (few.includes(token) ? score : -1e4));
    const score = (text: number[]) => scoreSequence(restricted, 0, text) / ((5 + text.length) / 6);
    const texts = allTexts(few.length, 4, 0).map((text) => text.map((index) => few[index]!));
    const best = texts.toSorted((a, b) => score(b) - score(a))[0]!;
    const written = await write(new TableSession(1, restricted), { beams: 40, maxTokens: 4 });
    if (written.ended === 'end-of-text') expect(written.text).toBe(tokenizer.decode(best));
    else expect(written.tokens).toBe(4);
  });

  it('ends a beam at any token that ends a text', async () => {
    const session = scripted('one!two');
    const written = await write(session, { beams: 2, maxTokens: 12 }, { stopTokens: new Set([0, byte('!')]) });
    expect(written).toMatchObject({ text: 'one', ended: 'end-of-text' });
  });
});
