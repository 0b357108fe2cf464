import { categoryNoun } from '../../src-shared/dataset.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { itemTexts, nextItemText } from '../text/prompts.ts';
import { drawSubset } from '../training/sampling.ts';
import type { TextSource } from './itemCorpus.ts';
import { reviewText } from './reviews.ts';

/** Reviews that the tokenizer is trained on at most. */
const TOKENIZER_REVIEWS = 20_000;

/** The texts of the items: every title, genre or category in the prompts that they stand in. */
export function corpusOf(reader: DatasetReader): string[] {
  return itemTexts(reader.titles, reader.genres, categoryNoun(reader.summary));
}

/**
 * What the tokenizer of a language model from scratch is trained on: the texts of the items, and where reviews are written those of a draw of the
 * training events.
 */
export function tokenizerTexts(experiment: Experiment, reader: DatasetReader, train: readonly Example[]): string[] {
  if (experiment.task !== 'review') return corpusOf(reader);
  const drawn = drawSubset(train.length, TOKENIZER_REVIEWS, experiment.seed, 'tokenizer reviews');
  return [...corpusOf(reader), ...drawn.map((index) => reviewText(experiment, reader, train[index]!))];
}

/**
 * What a language model from scratch is pretrained on: the texts of the whole catalogue, and the text of every training event - its title, or its
 * review where that is the task. So the model can write every title, and knows best the ones that are met most.
 */
export function pretrainingTexts(experiment: Experiment, reader: DatasetReader, train: readonly Example[]): TextSource {
  const catalogue = corpusOf(reader);
  const titleText = ({ userId, labelIndex }: Example) => nextItemText(reader.titles[timelineOf(reader, userId).itemIds[labelIndex]!]!);
  const textOf = experiment.task === 'review' ? (example: Example) => reviewText(experiment, reader, example) : titleText;
  return { count: catalogue.length + train.length, at: (index) => catalogue[index] ?? textOf(train[index - catalogue.length]!) };
}
