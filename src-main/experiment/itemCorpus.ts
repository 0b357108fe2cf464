import type { HostTensors } from '../engine/engine.ts';
import { seededUniform } from '../model/parameters.ts';
import { fitHistory, type PromptEvent } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { deriveSeed } from '../training/random.ts';
import { createLengthGroupedSampler, type SamplerOptions } from '../training/sampling.ts';
import { packTexts } from './textExamples.ts';

/** What to draw from; what stands in it several times is drawn as often. */
export interface Source<T> {
  readonly count: number;
  at(index: number): T;
}
export type TextSource = Source<string>;

export interface ItemCorpus {
  /** `packTexts` of whole texts: every token but the first is a target, and end-of-text. */
  batch(step: number, micro: number): HostTensors;
}

/** Of so many batches one has lists (docs/adr/0027-texts-as-long-as-prompts.md). */
const LIST_EVERY = 4;
/** Lists are as long as this, twice as long, and so on up to what the model reads. */
const SHORTEST_LIST = 64;
/** A batch of lists has the tokens of this many for each text of the other batches: about as many as those have. */
const TOKENS_PER_TEXT = 16;
/** Tokens of an event at least. */
const SHORTEST_EVENT = 5;

/**
 * Batches of whole texts, one a row, each ended by end-of-text. A text starts at position 0, where it stands when the model is asked for
 * it without a history, and sees nothing but itself. In every fourth batch each row is as long as a prompt: a history of events that are drawn
 * from all users alike, and then a text. So the model has read at every position, in the form of a prompt, and learns nothing about what goes
 * with what.
 */
export function createItemCorpus(
  texts: TextSource,
  events: Source<PromptEvent>,
  tokenizer: Tokenizer,
  sampling: Pick<SamplerOptions, 'seed' | 'stage' | 'batchSize' | 'accumulation'> & { maxPositions: number },
): ItemCorpus {
  const { seed, stage, batchSize, accumulation, maxPositions } = sampling;
  const encode = (index: number) => tokenizer.encodePrompt(texts.at(index));
  const sampler = createLengthGroupedSampler({ ...sampling, accumulation: 1, count: texts.count }, (index) => encode(index).length);
  const lengths = listLengths(maxPositions);

  const listBatch = (number: number): number[][] => {
    const length = lengths[number % lengths.length]!;
    const uniform = seededUniform(deriveSeed(seed, stage, 'lists', number));
    const draw = <T>({ count, at }: Source<T>) => at(Math.floor(uniform() * count));
    return Array.from({ length: Math.max(1, Math.floor((batchSize * TOKENS_PER_TEXT) / length)) }, () => {
      const text = draw(texts);
      const drawn = Array.from({ length: Math.ceil(length / SHORTEST_EVENT) }, () => draw(events));
      const alone = tokenizer.encodePrompt(text);
      if (alone.length > length) return alone.slice(0, length);
      return fitHistory({ events: drawn, tokenizer, tokenBudget: length, taskPrompt: text }).tokens;
    });
  };

  return {
    batch: (step, micro) => {
      const number = step * accumulation + micro;
      const lists = Math.floor(number / LIST_EVERY);
      const isList = events.count > 0 && number % LIST_EVERY === LIST_EVERY - 1;
      const rows = isList ? listBatch(lists) : sampler.batch(events.count > 0 ? number - lists : number, 0).map(encode);
      return packTexts(
        rows.map((row) => {
          const [first, ...rest] = row.slice(0, maxPositions);
          return { prompt: first === undefined ? [] : [first], answer: rest };
        }),
        tokenizer.endOfText,
        maxPositions,
      );
    },
  };
}

function listLengths(maxPositions: number): number[] {
  const lengths: number[] = [];
  for (let length = SHORTEST_LIST; length <= maxPositions; length *= 2) lengths.push(length);
  return lengths.length > 0 ? lengths : [maxPositions];
}
