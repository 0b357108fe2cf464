import { describe, expect, test } from 'vitest';
import { scoreTexts } from '../../src-main/evaluation/textScores.ts';
import { randomTable, scoreSequence, TableSession } from './tableSession.ts';

const VOCABULARY = 6;
const END = 0;
const OPTIONS = { beams: 3, vocabularySize: VOCABULARY, endOfText: END };
const table = randomTable(VOCABULARY, 11);

describe('scoreTexts', () => {
  test('sums the log-probabilities of every token and of end-of-text, for texts of different lengths', async () => {
    const texts = [
      [[1, 2, 3], [4], []],
      [
        [5, 5],
        [1, 2, 3, 4, 1],
      ],
    ];
    const scores = await scoreTexts(new TableSession(2, table), texts, OPTIONS);
    for (const [prompt, list] of texts.entries()) {
      expect(scores[prompt]).toHaveLength(list.length);
      for (const [text, tokens] of list.entries()) {
        expect(scores[prompt]![text]).toBeCloseTo(scoreSequence(table, prompt, [...tokens, END]), 5);
      }
    }
  });

  test('gives all texts of a prompt together a probability of one, where they are all there are', async () => {
    const everyText = Array.from({ length: VOCABULARY - 1 }, (_, token) => [token + 1]);
    const ending: typeof table = (prompt, prefix) =>
      prefix.length === 1 ? Float32Array.from({ length: VOCABULARY }, (_, t) => (t === END ? 0 : -1e9)) : table(prompt, prefix);
    const [scores] = await scoreTexts(new TableSession(1, ending), [[[], ...everyText]], { ...OPTIONS, beams: VOCABULARY });
    expect(scores!.reduce((sum, score) => sum + Math.exp(score), 0)).toBeCloseTo(1, 5);
  });

  test('reads no token after the longest text', async () => {
    const session = new TableSession(1, table);
    await scoreTexts(session, [[[1, 2], [3]]], OPTIONS);
    expect(session.batches.map(({ tokens }) => tokens)).toEqual([
      [1, 3, END],
      [2, END, END],
    ]);
    expect(session.batches.map(({ parents }) => parents)).toEqual([
      [0, 0, 0],
      [0, 1, 2],
    ]);
  });

  test('refuses more texts than the session has rows for', async () => {
    await expect(scoreTexts(new TableSession(1, table), [[[1], [2], [3], [4]]], OPTIONS)).rejects.toThrow(
      'scoreTexts: expected at most 3 texts for a prompt, got 4',
    );
  });
});
