import { describe, expect, test } from 'vitest';
import { byFrequency, PopularityBaseline, recentTitles } from '../../src-main/evaluation/baselines.ts';
import { rankOfTarget } from '../../src-main/evaluation/ranking.ts';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';

const titles = ['Heat (1995)', 'Emma (1996)', 'Babe (1995)', 'EMMA (1996)', 'Fargo (1996)'];

describe('PopularityBaseline', () => {
  // Counts: Heat 1, Emma 2, Babe 3, the other Emma 2, Fargo 0.
  const baseline = new PopularityBaseline([Int32Array.of(2, 1, 0), Int32Array.of(2, 1, 3), [3, 2]], titles);

  test('scores vocabulary ids by their number of training events', () => {
    expect([...baseline.scores]).toEqual([0, 0, 1, 2, 3, 2, 0]);
    // Item 1 shares the places 2 and 3 with item 3.
    expect(rankOfTarget(baseline.scores, 1 + FIRST_VALUE_ID)).toBe(2.5);
  });

  test('names the most popular titles, those of one class once', () => {
    expect(baseline.topTitles(3)).toEqual(['Babe (1995)', 'Emma (1996)', 'Heat (1995)']);
    expect(baseline.topTitles(10)).toEqual(['Babe (1995)', 'Emma (1996)', 'Heat (1995)', 'Fargo (1996)']);
  });

  test('leaves out what the user has seen', () => {
    expect(baseline.topTitles(2, new Set([2, 0]))).toEqual(['Emma (1996)', 'Fargo (1996)']);
  });
});

test('recentTitles repeats the last items, most recent first, each title once', () => {
  expect(recentTitles(Int32Array.of(4, 0, 1, 0, 3), titles, 2)).toEqual(['EMMA (1996)', 'Heat (1995)']);
  expect(recentTitles([], titles, 3)).toEqual([]);
});

test('byFrequency orders values by how often they come, ties by first appearance', () => {
  expect(byFrequency(['Drama', 'Action', 'Comedy', 'Action', 'Comedy'])).toEqual(['Action', 'Comedy', 'Drama']);
  expect(byFrequency([])).toEqual([]);
});
