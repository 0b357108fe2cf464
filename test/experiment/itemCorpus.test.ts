import { describe, expect, it } from 'vitest';
import { createItemCorpus, PACKED_LENGTH } from '../../src-main/experiment/itemCorpus.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const texts = Array.from({ length: 30 }, (_, index) => `Next title: Film ${index} of a series (19${10 + index})`);
const tokenizer = new Tokenizer(trainBytePairTokenizer(texts, 300));
const source = { count: texts.length, at: (index: number) => texts[index]! };
const sampling = { seed: 1, stage: 'pretrain-language-model', batchSize: 3, accumulation: 1 };

describe('createItemCorpus', () => {
  const corpus = createItemCorpus(source, tokenizer, sampling);
  const { tokens, targets, targetWeights } = corpus.batch(2, 0);

  it('packs whole texts, each ended by end-of-text', () => {
    expect(tokens!.shape).toEqual([3, PACKED_LENGTH]);
    for (let row = 0; row < 3; row++) {
      const line = Array.from(tokens!.data.subarray(row * PACKED_LENGTH, (row + 1) * PACKED_LENGTH));
      const first = tokenizer.decode(line.slice(0, line.indexOf(tokenizer.endOfText)));
      expect(texts).toContain(first);
    }
  });

  it('asks for the next token wherever there is weight', () => {
    for (let index = 0; index < tokens!.data.length; index++) {
      const insideLine = (index + 1) % PACKED_LENGTH !== 0;
      if (insideLine && targetWeights!.data[index + 1] === 1) expect(targets!.data[index]).toBe(tokens!.data[index + 1]);
    }
    const weighed = Array.from(targetWeights!.data).reduce((sum, weight) => sum + weight, 0);
    expect(weighed).toBeGreaterThan(0.8 * tokens!.data.length);
  });

  it('depends on the step alone', () => {
    expect(createItemCorpus(source, tokenizer, sampling).batch(2, 0)).toEqual({ tokens, targets, targetWeights });
    expect(corpus.batch(3, 0)).not.toEqual({ tokens, targets, targetWeights });
  });
});
