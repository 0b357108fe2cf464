import { describe, expect, it } from 'vitest';
import { groupRejections } from '../../src-main/store/rejectionGroups.ts';

const at = (line: number, reason: string, file = 'ratings.csv') => ({ file, line, reason });

describe('rejections', () => {
  it('that differ only in the values they name are one group, with the first three places', () => {
    const groups = groupRejections([
      at(4, 'rating: expected a number, got "six"'),
      at(9, 'expected 4 columns, got 3'),
      ...[10, 11, 12].map((line) => at(line, `rating: expected a number, got "${line}"`)),
    ]);
    expect(groups).toEqual([
      {
        reason: 'rating: expected a number, got …',
        count: 4,
        examples: [4, 10, 11].map((line) => ({ file: 'ratings.csv', line })),
      },
      { reason: 'expected 4 columns, got 3', count: 1, examples: [{ file: 'ratings.csv', line: 9 }] },
    ]);
  });

  it('keep a value that all of them name', () => {
    const groups = groupRejections([at(2, 'expected 4 columns, got 3'), at(3, 'expected 4 columns, got 2')]);
    expect(groups.map((group) => group.reason)).toEqual(['expected 4 columns, got …']);
  });

  it('of different files are different groups', () => {
    expect(groupRejections([at(2, 'empty row'), at(2, 'empty row', 'movies.csv')])).toHaveLength(2);
  });
});
