import type { HostTensors } from '../engine/engine.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { createLengthGroupedSampler, type SamplerOptions } from '../training/sampling.ts';
import { packTexts } from './textExamples.ts';

/** Texts to draw from; a text that stands several times is drawn as often. */
export interface TextSource {
  readonly count: number;
  at(index: number): string;
}

export interface ItemCorpus {
  /** `packTexts` of whole texts: every token but the first is a target, and end-of-text. */
  batch(step: number, micro: number): HostTensors;
}

/**
 * Batches of whole texts, one a row, each ended by end-of-text. A text starts at position 0, where it stands when the model is asked for
 * it, and sees nothing but itself.
 */
export function createItemCorpus(
  texts: TextSource,
  tokenizer: Tokenizer,
  sampling: Pick<SamplerOptions, 'seed' | 'stage' | 'batchSize' | 'accumulation'> & { maxPositions: number },
): ItemCorpus {
  const encode = (index: number) => tokenizer.encode(texts.at(index));
  const sampler = createLengthGroupedSampler({ ...sampling, count: texts.count }, (index) => encode(index).length);
  return {
    batch: (step, micro) => {
      const rows = sampler.batch(step, micro).map((index) => {
        const [first, ...rest] = encode(index).slice(0, sampling.maxPositions);
        return { prompt: first === undefined ? [] : [first], answer: rest };
      });
      return packTexts(rows, tokenizer.endOfText, sampling.maxPositions);
    },
  };
}
