import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accuracy, normaliseTitle, offCatalogueShare, recallAtK, TitleCatalogue } from '../../src-main/evaluation/metrics.ts';

describe('normaliseTitle', () => {
  test.each([
    ['  Heat   (1995) ', 'heat (1995)'],
    ['HEAT\t(1995)', 'heat (1995)'],
    ['Ａｍéｌｉｅ', 'amélie'],
    ['Ame\u0301lie', 'amélie'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['STRAẞE', 'strasse'],
    ['ﬁne', 'fine'],
    ['\u00a0Heat\u2003(1995)', 'heat (1995)'],
    ['', ''],
  ])('turns %j into %j', (title, expected) => {
    expect(normaliseTitle(title)).toBe(expected);
  });

  test('keeps apart what differs by more than case and spacing', () => {
    const titles = ['Heat (1995)', 'Heat (1986)', 'Heat', 'The Heat (2013)', 'Amelie', 'Amélie'];
    expect(new Set(titles.map(normaliseTitle)).size).toBe(titles.length);
  });

  test('changes a normalised title no further', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        const once = normaliseTitle(title);
        expect(normaliseTitle(once)).toBe(once);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('recallAtK', () => {
  const predictions = [
    ['Heat (1995)', 'Babe (1995)', 'Fargo (1996)'],
    ['heat (1995)', 'HEAT (1995)', 'Babe (1995)'],
    ['not a title', 'Heat (1995)'],
    [],
  ];
  const targets = ['Babe (1995)', 'Babe (1995)', 'Heat (1995)', 'Heat (1995)'];

  test('counts a hit among the first k distinct titles', () => {
    // User 2 predicts Heat twice: Babe is the second distinct title. User 3: the text off the catalogue takes the first place.
    expect(recallAtK(predictions, targets, 1)).toEqual([0, 0, 0, 0]);
    expect(recallAtK(predictions, targets, 2)).toEqual([1, 1, 1, 0]);
  });

  test('ignores case, width and spacing of predictions and targets', () => {
    expect(recallAtK([[' ＨＥＡＴ (1995)']], ['Heat  (1995)'], 1)).toEqual([1]);
  });

  test('never falls as k rises', () => {
    const title = fc.constantFrom('a', 'b', 'c', 'd', 'A');
    fc.assert(
      fc.property(fc.array(title, { maxLength: 6 }), title, fc.integer({ min: 1, max: 5 }), (texts, target, k) => {
        expect(recallAtK([texts], [target], k + 1)[0]).toBeGreaterThanOrEqual(recallAtK([texts], [target], k)[0]!);
      }),
      { seed: 2 },
    );
  });

  test('at 1 is the accuracy', () => {
    expect(accuracy([['Action', 'Drama'], ['Drama']], ['action', 'Action'])).toEqual([1, 0]);
  });

  test('refuses predictions without targets', () => {
    expect(() => recallAtK(predictions, ['Heat (1995)'], 1)).toThrow('recallAtK: expected a target for each of the 4 predictions, got 1');
  });
});

describe('TitleCatalogue', () => {
  const catalogue = new TitleCatalogue(['Emma (1996)', 'Heat (1995)', 'EMMA  (1996)', 'Babe (1995)']);

  test('puts items whose titles are equal when normalised into one class', () => {
    expect(catalogue.size).toBe(3);
    expect(['emma (1996)', 'Heat (1995)', 'Babe (1995)', 'Emma'].map((title) => catalogue.classOf(title))).toEqual([0, 1, 2, -1]);
  });

  test('gives the share of predictions that are none of its titles', () => {
    const predictions = [['Heat (1995)', 'Heat (1996)', 'Emma (1996)', ''], ['heat (1995)'], []];
    expect(offCatalogueShare(predictions, catalogue)).toEqual([0.5, 0, 0]);
  });
});
