import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyBatch, pretrainingBatch } from '../../src-main/data/batches.ts';
import { favouriteGenre } from '../../src-main/data/targets.ts';
import { historyBefore, pretrainingRows, splitExamples } from '../../src-main/data/windows.ts';
import type { DatasetReader } from '../../src-main/store/datasetStore.ts';
import { films, temporaryWorkspace, timelineOf } from '../store/temporaryWorkspace.ts';

const target = { name: 'films', format: 'movielens-csv', sourcePath: '' } as const;

/** Users with these items, one after the other; every rating is "5.0" but the first, "3.5". */
function readerOf(...timelines: number[][]): DatasetReader {
  const { datasets } = temporaryWorkspace();
  datasets.insert(
    target,
    films,
    timelines.map((items, user) =>
      timelineOf(
        String(user),
        items,
        items.map((_, index) => (index === 0 ? 2 : 3)),
      ),
    ),
  );
  return datasets.open('films');
}
const ones = (count: number) => new Array<number>(count).fill(1);

describe('splitting into examples', () => {
  it('tests on the last event, validates on the one before, trains on the rest', () => {
    const split = splitExamples(readerOf([0, 1, 2, 0, 1], [2, 1, 0]), { minHistory: 1 });
    expect(split.test).toEqual([
      { userId: 0, labelIndex: 4 },
      { userId: 1, labelIndex: 2 },
    ]);
    expect(split.validation).toEqual([
      { userId: 0, labelIndex: 3 },
      { userId: 1, labelIndex: 1 },
    ]);
    expect(split.train).toEqual([
      { userId: 0, labelIndex: 1 },
      { userId: 0, labelIndex: 2 },
    ]);
  });

  it('leaves out labels with too short a history', () => {
    const split = splitExamples(readerOf([0, 1, 2, 0, 1], [2, 1, 0], [0]), { minHistory: 2 });
    expect(split.train).toEqual([{ userId: 0, labelIndex: 2 }]);
    expect(split.validation).toEqual([{ userId: 0, labelIndex: 3 }]);
    expect(split.test.map((example) => example.userId)).toEqual([0, 1]);
  });

  it('takes the last events before the label as the window', () => {
    const timeline = readerOf([0, 1, 2]).timeline(0);
    expect(historyBefore(timeline, 2, 50)).toEqual({ start: 0, end: 2 });
    expect(historyBefore(timeline, 120, 50)).toEqual({ start: 70, end: 120 });
  });
});

describe('a batch of histories', () => {
  it('holds vocabulary ids from the left, then padding, and says where events are', () => {
    const reader = readerOf([0, 1, 2, 0], [2, 1]);
    const examples = [
      { userId: 0, labelIndex: 3 },
      { userId: 0, labelIndex: 1 },
      { userId: 1, labelIndex: 0 },
    ];
    const batch = historyBatch(reader, examples, ['title', 'genre', 'rating'], 2);
    expect(batch).toEqual({
      'history.title': { dtype: 'int32', shape: [3, 2], data: Int32Array.of(3, 4, 2, 0, 0, 0) },
      'history.genre': { dtype: 'int32', shape: [3, 2], data: Int32Array.of(3, 4, 2, 0, 0, 0) },
      'history.rating': { dtype: 'int32', shape: [3, 2], data: Int32Array.of(3, 3, 2, 0, 0, 0) },
      'history.mask': { dtype: 'int32', shape: [3, 2], data: Int32Array.of(1, 1, 1, 0, 0, 0) },
    });
  });

  it('refuses a feature that the dataset has not', () => {
    expect(() => historyBatch(readerOf([0, 1]), [{ userId: 0, labelIndex: 1 }], ['review'], 2)).toThrow(
      'dataset "films": expected one of the features title, genre, got "review"',
    );
  });
});

describe('pretraining rows', () => {
  it('cover a timeline from its end backwards, the shorter row being the oldest', () => {
    // Inputs 0..4 with labels 1..5; events 6 and 7 are held out.
    expect(pretrainingRows(readerOf([0, 1, 2, 0, 1, 2, 0, 1]), 3)).toEqual([
      { userId: 0, start: 0, length: 2 },
      { userId: 0, start: 2, length: 3 },
    ]);
  });

  it('make every training event a label exactly once, and held-out events never', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        (lengths, historyLength) => {
          const reader = readerOf(...lengths.map(ones));
          const rows = pretrainingRows(reader, historyLength);
          const mask = pretrainingBatch(reader, rows, ['title'], historyLength)['labels.mask']!.data;
          const seen = rows.flatMap(({ userId, start }, row) =>
            [...mask.subarray(row * historyLength, (row + 1) * historyLength).keys()]
              .filter((column) => mask[row * historyLength + column] === 1)
              .map((column) => `${userId}:${start + column + 1}`),
          );
          const expected = lengths.flatMap((events, userId) =>
            Array.from({ length: Math.max(0, events - 3) }, (_, index) => `${userId}:${index + 1}`),
          );
          expect(seen).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('come with the ids of the next event as labels', () => {
    const reader = readerOf([0, 1, 2, 0, 1, 2]);
    const batch = pretrainingBatch(reader, [{ userId: 0, start: 1, length: 2 }], ['title', 'rating'], 4);
    expect(batch['history.title']!.data).toEqual(Int32Array.of(3, 4, 0, 0));
    expect(batch['labels.title']!.data).toEqual(Int32Array.of(4, 2, 0, 0));
    expect(batch['labels.rating']!.data).toEqual(Int32Array.of(3, 3, 0, 0));
    expect(batch['history.mask']!.data).toEqual(Int32Array.of(1, 1, 0, 0));
    expect(batch['labels.mask']!.data).toEqual(Int32Array.of(1, 1, 0, 0));
  });

  it('without a length take as many events as may be trained on', () => {
    const reader = readerOf([0, 1, 2, 0, 1, 2]);
    const batch = pretrainingBatch(
      reader,
      [
        { userId: 0, start: 1 },
        { userId: 0, start: 5 },
      ],
      ['title'],
      4,
    );
    expect(batch['labels.mask']!.data).toEqual(Int32Array.of(1, 1, 0, 0, 0, 0, 0, 0));
  });
});

describe('the favourite genre', () => {
  it('is the most frequent of the window, the first seen of equals', () => {
    const reader = readerOf([1, 0, 0, 1, 2]);
    const timeline = reader.timeline(0);
    expect(favouriteGenre(reader, timeline, 0, 3)).toBe('Action');
    expect(favouriteGenre(reader, timeline, 0, 4)).toBe('Horror');
    expect(favouriteGenre(reader, timeline, 4, 5)).toBe('Unknown');
    expect(favouriteGenre(reader, timeline, 2, 2)).toBe('');
  });
});
