import type { DatasetSummary } from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import { eventTextsOf } from '../data/eventTexts.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example, Split } from '../data/windows.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { nearestName } from '../store/nearestName.ts';
import { reviewPrompt, targetText } from '../text/prompts.ts';
import { promptEvent } from './promptEvents.ts';

/** Preferred as the target: short enough for a small language model (the paper writes Amazon's). */
const SUMMARY = 'summary';

/**
 * The text feature that the task "review" writes.
 * @throws AppError `experiment-invalid` for a dataset without texts, or without the one that is named
 */
export function reviewFeature({ review }: Pick<Experiment, 'review'>, { name, textFeatures }: DatasetSummary): string {
  if (textFeatures.length === 0) {
    throw new AppError(
      'experiment-invalid',
      `task: expected a dataset with texts for "review", got "${name}" without any; take a dataset of reviews, or another task`,
    );
  }
  const feature = review.feature ?? (textFeatures.includes(SUMMARY) ? SUMMARY : textFeatures[0]!);
  if (textFeatures.includes(feature)) return feature;
  const near = nearestName(feature, textFeatures);
  const advice = near ? `did you mean "${near}"?` : 'take one of these';
  throw new AppError('experiment-invalid', `review.feature: expected one of ${textFeatures.join(', ')}, got "${feature}"; ${advice}`);
}

/**
 * The examples that a task can ask about: all of them, or those of events that someone wrote about.
 * @throws AppError `experiment-invalid` when none are left to train on, or to test with
 */
export function taskSplit(experiment: Experiment, reader: DatasetReader, split: Split): Split {
  if (experiment.task !== 'review') return split;
  const feature = reviewFeature(experiment, reader.summary);
  const isWritten = ({ userId, labelIndex }: Example) => eventTextsOf(reader, userId, feature)[labelIndex] !== '';
  const written: Split = {
    train: split.train.filter(isWritten),
    validation: split.validation.filter(isWritten),
    test: split.test.filter(isWritten),
  };
  if (written.train.length > 0 && written.test.length > 0) return written;
  const { train, test } = written;
  throw new AppError(
    'experiment-invalid',
    `review.feature: expected events with a "${feature}" to train and to test with, got ${train.length} and ${test.length}; take another text`,
  );
}

/** Characters of one byte-pair token of prose, at most: what is cut off by it is longer than the task's answers. */
const CHARACTERS_PER_TOKEN = 8;

/** Question and answer of a review example as one text, cut to about the length of an answer. */
export function reviewText(experiment: Experiment, reader: DatasetReader, { userId, labelIndex }: Example): string {
  const prompt = reviewPrompt(promptEvent(reader, timelineOf(reader, userId), labelIndex));
  const review = eventTextsOf(reader, userId, reviewFeature(experiment, reader.summary))[labelIndex]!;
  return prompt + targetText(review.slice(0, experiment.review.maxTokens * CHARACTERS_PER_TOKEN));
}
