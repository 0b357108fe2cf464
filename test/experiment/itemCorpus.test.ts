import { describe, expect, it } from 'vitest';
import { createItemCorpus } from '../../src-main/experiment/itemCorpus.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const texts = Array.from({ length: 30 }, (_, index) => `Next title: Film ${index} of a series (19${10 + index})`);
const source = { count: texts.length, at: (index: number) => texts[index]! };
const events = {
  count: 30,
  at: (index: number) => ({ title: `Film ${index}`, genre: index % 2 ? 'Drama' : 'Comedy', rating: '4.5' }),
};
const tokenizer = new Tokenizer(trainBytePairTokenizer(texts, 300));
const sampling = { seed: 1, stage: 'pretrain-language-model', batchSize: 3, accumulation: 1, maxPositions: 64 };

describe('createItemCorpus', () => {
  const corpus = createItemCorpus(source, events, tokenizer, sampling);
  const batch = corpus.batch(2, 0);
  const length = batch.tokens!.shape[1]!;
  const rowsOf = (name: string) => [0, 1, 2].map((row) => Array.from(batch[name]!.data.subarray(row * length, (row + 1) * length)));

  it('puts one whole text in each row, from its first position on', () => {
    for (const row of rowsOf('tokens')) expect(texts).toContain(tokenizer.decode(row.slice(0, row.indexOf(tokenizer.endOfText))));
  });

  it('asks for every token after the first, then for end-of-text, and for nothing after that', () => {
    const expected = rowsOf('tokens').flatMap((ids, row) => {
      const end = ids.indexOf(tokenizer.endOfText);
      const targets = [...ids.slice(1, end), tokenizer.endOfText];
      return targets.map((target, position) => ({ target, position: row * length + position }));
    });
    const { targets, targetPositions, targetWeights } = batch;
    const asked = Array.from(targets!.data, (target, slot) => ({ target, position: targetPositions!.data[slot] }));
    expect(asked.filter((_, slot) => targetWeights!.data[slot] === 1)).toEqual(expected);
  });

  it('depends on the step alone', () => {
    expect(createItemCorpus(source, events, tokenizer, sampling).batch(2, 0)).toEqual(batch);
    expect(corpus.batch(1, 0)).not.toEqual(batch);
    expect(createItemCorpus(source, events, tokenizer, sampling).batch(7, 0)).toEqual(corpus.batch(7, 0));
  });

  it('cuts a text that is longer than the model reads', () => {
    const short = createItemCorpus(source, events, tokenizer, { ...sampling, maxPositions: 8 }).batch(0, 0);
    expect(short.tokens!.shape).toEqual([3, 8]);
  });

  it('has histories of drawn events before a text in every fourth batch, as long as prompts are', () => {
    const long = createItemCorpus(source, events, tokenizer, { ...sampling, batchSize: 8, maxPositions: 256 });
    const shapes = [3, 7, 11, 15].map((step) => long.batch(step, 0).tokens!.shape);
    expect(shapes).toEqual([
      [2, 64],
      [1, 128],
      [1, 256],
      [2, 64],
    ]);
    const { tokens, targetWeights } = long.batch(7, 0);
    const row = Array.from(tokens!.data);
    const text = tokenizer.decode(row.slice(0, row.indexOf(tokenizer.endOfText)));
    expect(text).toMatch(/^History:( Film \d+ \((Drama|Comedy), 4\.5\);){3,}\nNext title: Film \d+ of a series \(19\d+\)$/);
    expect(targetWeights!.data.filter((weight) => weight === 1).length).toBe(row.indexOf(tokenizer.endOfText));
    expect(new Set(text.match(/Film \d+ \(/g)).size).toBeGreaterThan(2);
  });

  it('leaves out none of the texts for the lists', () => {
    const seen = new Set<string>();
    for (let step = 0; step < 2 * 12; step++) {
      if (step % 4 === 3) continue;
      const { tokens } = corpus.batch(step, 0);
      const width = tokens!.shape[1]!;
      for (let at = 0; at < 3; at++) seen.add(tokenizer.decode(Array.from(tokens!.data.subarray(at * width, (at + 1) * width))));
    }
    expect(seen.size).toBe(texts.length);
  });
});
