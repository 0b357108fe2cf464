import { beforeEach, describe, expect, it } from 'vitest';
import { type Split, splitExamples } from '../../src-main/data/windows.ts';
import { corpusOf, pretrainingTexts, tokenizerTexts } from '../../src-main/experiment/corpus.ts';
import type { TextSource } from '../../src-main/experiment/itemCorpus.ts';
import { taskSplit } from '../../src-main/experiment/reviews.ts';
import type { DatasetReader } from '../../src-main/store/datasetStore.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

const review = tinyExperiment({ task: 'review', review: { feature: 'review' } });
let reader: DatasetReader;
let split: Split;
beforeEach(() => {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace, { reviews: true });
  reader = workspace.datasets.open('tiny');
  split = taskSplit(review, reader, splitExamples(reader, { minHistory: 1 }));
});

const allOf = ({ count, at }: TextSource) => Array.from({ length: count }, (_, index) => at(index));

describe('pretrainingTexts', () => {
  it('are the texts of the items, and the title of every training event', () => {
    const texts = allOf(pretrainingTexts(tinyExperiment(), reader, split.train));
    const catalogue = corpusOf(reader);
    expect(texts.slice(0, catalogue.length)).toEqual(catalogue);
    const titles = split.train.map(({ userId, labelIndex }) => reader.titles[reader.timeline(userId).itemIds[labelIndex]!]);
    expect(texts.slice(catalogue.length)).toEqual(titles.map((title) => `Next title: ${title}`));
  });

  it('are what was written about the training events where reviews are the task, with the question before it', () => {
    const texts = allOf(pretrainingTexts(review, reader, split.train)).slice(corpusOf(reader).length);
    expect(texts).toHaveLength(split.train.length);
    for (const [index, { userId, labelIndex }] of split.train.entries()) {
      expect(texts[index]).toMatch(/^Review of Film \w \(\d+\) \(\w+, \d\.\d\): /);
      expect(texts[index]!.endsWith(reader.texts(userId, 'review')[labelIndex]!)).toBe(true);
    }
  });

  it('are cut where a review goes on for pages', () => {
    const short = tinyExperiment({ task: 'review', review: { feature: 'review', maxTokens: 2 } });
    const [text] = allOf(pretrainingTexts(short, reader, split.train.slice(0, 1))).slice(-1);
    const { userId, labelIndex } = split.train[0]!;
    expect(text!.endsWith(`: ${reader.texts(userId, 'review')[labelIndex]!.slice(0, 16)}`)).toBe(true);
  });
});

describe('tokenizerTexts', () => {
  it('hold reviews where they are the task, and those of training events alone', () => {
    expect(tokenizerTexts(tinyExperiment(), reader, split.train)).toEqual(corpusOf(reader));
    const texts = tokenizerTexts(review, reader, split.train).slice(corpusOf(reader).length);
    expect(texts).toEqual(allOf(pretrainingTexts(review, reader, split.train)).slice(corpusOf(reader).length));
  });
});
