import { describe, expect, it } from 'vitest';
import { ROUGE_NAMES, type RougeScores, rouge } from '../../src-main/evaluation/rouge.ts';
import { readGolden } from '../engine/goldenValues.ts';

interface Case {
  candidate: string;
  reference: string;
  scores: RougeScores;
}
const { cases } = readGolden('rouge') as { cases: Case[] };

describe('rouge', () => {
  it.each(cases)('agrees with the independent scorer: "$candidate" for "$reference"', ({ candidate, reference, scores }) => {
    const actual = rouge(candidate, reference);
    for (const name of ROUGE_NAMES) expect(actual[name], name).toBeCloseTo(scores[name], 10);
  });

  it('counts a union of subsequences over the lines, where ROUGE-L sees one text', () => {
    // Lin 2004, section 3.2: the union {w1 w2 w3 w5} of five words, beside ten in the candidate.
    const { rougeL, rougeLsum } = rouge('w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5', 'w1 w2 w3 w4 w5');
    expect(rougeLsum).toBeCloseTo((200 * 4) / 15, 10);
    expect(rougeL).toBeCloseTo((200 * 4) / 15, 10);
    expect(rouge('stays in tune\nwarm tone', 'warm tone\nstays in tune')).toMatchObject({ rougeL: 60, rougeLsum: 100 });
  });

  it('is symmetric where precision and recall change places', () => {
    const [there, back] = [rouge('the cat', 'the cat sat here'), rouge('the cat sat here', 'the cat')];
    expect(there).toEqual(back);
    expect(there.rouge1).toBeCloseTo((100 * 2 * 0.5) / 1.5, 10);
  });
});
