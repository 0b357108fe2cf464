import { beforeEach, describe, expect, it } from 'vitest';
import { splitExamples } from '../../src-main/data/windows.ts';
import { corpusOf } from '../../src-main/experiment/corpus.ts';
import { heldOutBatch } from '../../src-main/experiment/encoderExamples.ts';
import { taskSplit } from '../../src-main/experiment/reviews.ts';
import { bucketLength, createTextExamples, packTexts } from '../../src-main/experiment/textExamples.ts';

import type { DatasetReader } from '../../src-main/store/datasetStore.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

let reader: DatasetReader;
let tokenizer: Tokenizer;
beforeEach(() => {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
  reader = workspace.datasets.open('tiny');
  tokenizer = new Tokenizer(trainBytePairTokenizer(corpusOf(reader), 300));
});

const textsOf = (overrides: Parameters<typeof tinyExperiment>[0], maxPositions = 256) =>
  createTextExamples({ experiment: tinyExperiment(overrides), reader, tokenizer, maxPositions });
const prompted = { integration: { kind: 'text-prompt' }, history: { embedded: 4, prompted: 3 } } as const;

describe('createTextExamples', () => {
  it('asks for the title of the label event', () => {
    const examples = textsOf({});
    const example = { userId: 2, labelIndex: 5 };
    const { itemIds } = reader.timeline(2);
    expect(examples.answerOf(example)).toBe(reader.titles[itemIds[5]!]);
    expect(tokenizer.decode(examples.promptTokens(example))).toBe('Next title:');
    expect(tokenizer.decode(examples.answerTokens(examples.answerOf(example)))).toBe(` ${reader.titles[itemIds[5]!]}`);
  });

  it('names the last prompted events before the label, and none after it', () => {
    const examples = textsOf(prompted);
    const { itemIds } = reader.timeline(2);
    const text = examples.promptText({ userId: 2, labelIndex: 4 });
    const mentioned = [...text.matchAll(/Film \w \(\d+\)/g)].map(([title]) => title);
    expect(mentioned).toEqual(Array.from(itemIds.subarray(1, 4), (itemId) => reader.titles[itemId]));
    expect(tokenizer.decode(examples.promptTokens({ userId: 2, labelIndex: 4 }))).toBe(text);
    expect(examples.promptText({ userId: 2, labelIndex: 4 }, false)).toBe('Next title:');
  });

  it('leaves the oldest events out where the model is too short for all, whatever the answer', () => {
    const examples = textsOf(prompted, 64);
    for (const labelIndex of [3, 4, 5]) {
      const tokens = examples.promptTokens({ userId: 2, labelIndex });
      expect(tokens.length + examples.longestAnswer).toBeLessThanOrEqual(64);
      expect(tokenizer.decode(tokens)).toMatch(/^History: Film .*\nNext title:$/);
    }
  });

  it('takes the most frequent genre of the window as the favourite', () => {
    const examples = textsOf({ task: 'favourite-genre', history: { embedded: 3 } });
    const { itemIds } = reader.timeline(4);
    const [first, second, third] = Array.from(itemIds.subarray(2, 5), (itemId) => reader.genres[itemId]!);
    expect(examples.answerOf({ userId: 4, labelIndex: 5 })).toBe(second === third ? second : first);
    expect([...examples.answers!].sort()).toEqual(['Action', 'Comedy', 'Drama']);
    expect(examples.promptText({ userId: 4, labelIndex: 5 })).toBe('Favourite genre:');
  });

  it('sums the history up where that is asked for, and says nothing of an unknown user', () => {
    const summed = { integration: { kind: 'text-summary', summary: { maxTokens: 200 } }, history: { embedded: 4, prompted: 4 } } as const;
    const examples = textsOf(summed);
    const example = { userId: 2, labelIndex: 5 };
    expect(examples.promptText(example)).toMatch(
      /^Profile: 4 events; favourite genres \w+ \d.*; rates \d\.\d on average, .*\nNext title:$/,
    );
    expect(tokenizer.decode(examples.promptTokens(example))).toBe(examples.promptText(example));
    expect(examples.promptText(example, false)).toBe('Next title:');
    expect(examples.promptText({ userId: 2, labelIndex: 0 })).toBe('Next title:');
  });

  it('leaves out the end of a summary that has too many tokens', () => {
    const example = { userId: 2, labelIndex: 5 };
    const parts = (maxTokens: number) =>
      textsOf({ integration: { kind: 'text-summary', summary: { maxTokens } }, history: { embedded: 4, prompted: 4 } })
        .promptText(example)
        .split(';').length;
    expect(parts(200)).toBeGreaterThan(parts(40));
    const text = textsOf({
      integration: { kind: 'text-summary', summary: { maxTokens: 40 } },
      history: { embedded: 4, prompted: 4 },
    }).promptTokens(example);
    expect(text.length).toBeLessThanOrEqual(40 + tokenizer.encode('Profile:\nNext title:').length);
  });
});

describe('createTextExamples of a dataset with reviews', () => {
  let reviews: DatasetReader;
  beforeEach(() => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace, { reviews: true });
    reviews = workspace.datasets.open('tiny');
  });
  const examplesOf = (overrides: Parameters<typeof tinyExperiment>[0]) =>
    createTextExamples({ experiment: tinyExperiment(overrides), reader: reviews, tokenizer, maxPositions: 256 });
  const example = { userId: 2, labelIndex: 5 };

  it('asks for what the user wrote about an item and its rating', () => {
    const examples = examplesOf({ task: 'review' });
    const { itemIds, eventFeatures } = reviews.timeline(2);
    const [title, genre] = [reviews.titles[itemIds[5]!], reviews.genres[itemIds[5]!]];
    const rating = reviews.vocabulary('rating')[eventFeatures.rating![5]!];
    expect(examples.promptText(example)).toBe(`Review of ${title} (${genre}, ${rating}):`);
    expect(examples.answerOf(example)).toBe(reviews.texts(2, 'summary')[5]);
    expect(examples.answers).toBeNull();
  });

  it('takes the text that is named, and cuts it for training but not for the test', () => {
    const examples = examplesOf({ task: 'review', review: { feature: 'review', maxTokens: 6 } });
    const answer = examples.answerOf(example);
    expect(answer).toBe(reviews.texts(2, 'review')[5]);
    expect(examples.answerTokens(answer)).toEqual(tokenizer.encode(` ${answer}`).slice(0, 5));
    expect(examples.longestAnswer).toBe(6);
  });

  it('refuses a text that the dataset has not, with the one that was meant', () => {
    expect(() => examplesOf({ task: 'review', review: { feature: 'sumary' } })).toThrow(
      'review.feature: expected one of summary, review, got "sumary"; did you mean "summary"?',
    );
    expect(() => textsOf({ task: 'review' })).toThrow('task: expected a dataset with texts for "review", got "tiny" without any;');
  });

  it('speaks of categories, where films have genres', () => {
    expect(examplesOf({ task: 'favourite-genre' }).promptText(example)).toBe('Favourite category:');
    const summed = { integration: { kind: 'text-summary', summary: { maxTokens: 200 } }, history: { embedded: 4, prompted: 4 } } as const;
    expect(examplesOf(summed).promptText(example)).toContain('favourite categories');
  });
});

describe('taskSplit', () => {
  it('keeps the events that someone wrote about', () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace, { reviews: true });
    const reviews = workspace.datasets.open('tiny');
    const split = splitExamples(reviews, { minHistory: 1 });
    const asked = taskSplit(tinyExperiment({ task: 'review' }), reviews, split);
    expect(asked.train).toEqual(split.train);
    expect(asked.test.map(({ userId }) => userId)).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(taskSplit(tinyExperiment({}), reviews, split)).toBe(split);
  });
});

describe('packTexts', () => {
  const packed = packTexts(
    [
      { prompt: [5, 6], answer: [7, 8] },
      { prompt: [5], answer: [9] },
    ],
    0,
    256,
  );
  const valuesOf = (name: string) => Array.from(packed[name]!.data);

  it('pads texts on the right', () => {
    expect(packed.tokens!.shape).toEqual([2, 8]);
    expect(valuesOf('tokens')).toEqual([5, 6, 7, 8, 0, 0, 0, 0, 5, 9, 0, 0, 0, 0, 0, 0]);
  });

  it('asks for answer tokens and end-of-text only, each at the position of the token before it', () => {
    expect(valuesOf('targets')).toEqual([7, 8, 0, 9, 0, 0, 0, 0]);
    expect(valuesOf('targetPositions')).toEqual([1, 2, 3, 8, 9, 0, 0, 0]);
    expect(valuesOf('targetWeights')).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
  });

  it('refuses texts longer than the model', () => {
    expect(() => packTexts([{ prompt: [1, 2, 3], answer: [4, 5] }], 0, 4)).toThrow('expected texts of at most 4 tokens, got 5');
  });
});

describe('bucketLength', () => {
  it('rounds up to a power of two or three quarters of one', () => {
    expect([1, 8, 9, 12, 13, 16, 17, 24, 25, 33, 49, 97].map(bucketLength)).toEqual([8, 8, 12, 12, 16, 16, 24, 24, 32, 48, 64, 128]);
  });
});

describe('heldOutBatch', () => {
  it('has one label in each row, the held-out event, at the last event of the history', () => {
    const batch = heldOutBatch(reader, [{ userId: 3, labelIndex: 2 }], ['title', 'rating'], 4);
    const { itemIds, eventFeatures } = reader.timeline(3);
    expect(Array.from(batch['history.mask']!.data)).toEqual([1, 1, 0, 0]);
    expect(Array.from(batch['labels.mask']!.data)).toEqual([0, 1, 0, 0]);
    expect(Array.from(batch['labels.title']!.data)).toEqual([0, itemIds[2]! + 2, 0, 0]);
    expect(Array.from(batch['labels.rating']!.data)).toEqual([0, eventFeatures.rating![2], 0, 0]);
  });
});
