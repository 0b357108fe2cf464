import { describe, expect, it } from 'vitest';
import { createItemCorpus } from '../../src-main/experiment/itemCorpus.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const texts = Array.from({ length: 30 }, (_, index) => `Next title: Film ${index} of a series (19${10 + index})`);
const source = { count: texts.length, at: (index: number) => texts[index]! };
const tokenizer = new Tokenizer(trainBytePairTokenizer(texts, 300));
const sampling = { seed: 1, stage: 'pretrain-language-model', batchSize: 3, accumulation: 1, maxPositions: 64 };

describe('createItemCorpus', () => {
  const corpus = createItemCorpus(source, tokenizer, sampling);
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
    expect(createItemCorpus(source, tokenizer, sampling).batch(2, 0)).toEqual(batch);
    expect(corpus.batch(3, 0)).not.toEqual(batch);
  });

  it('cuts a text that is longer than the model reads', () => {
    const short = createItemCorpus(source, tokenizer, { ...sampling, maxPositions: 8 }).batch(0, 0);
    expect(short.tokens!.shape).toEqual([3, 8]);
  });
});
