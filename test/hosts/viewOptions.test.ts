import { expect, it } from 'vitest';
import { viewFrom } from '../../src-main/hosts/cli/viewOptions.ts';
import { WHOLE_DATASET } from '../../src-shared/datasetView.ts';
import { errorOf } from '../store/temporaryWorkspace.ts';

it('reads a view from options of the command line', () => {
  expect(viewFrom({})).toEqual(WHOLE_DATASET);
  expect(viewFrom({ minEventsPerUser: '52', from: '2015-06-30', minRating: '3.5', duplicates: 'same-item', sampleUsers: '9' })).toEqual({
    ...WHOLE_DATASET,
    minEventsPerUser: 52,
    from: '2015-06-30',
    minRating: 3.5,
    duplicates: 'same-item',
    sampleUsers: 9,
  });
});

it('names the option that is wrong', () => {
  expect(errorOf(() => viewFrom({ minRating: 'high' }))).toEqual({
    code: 'usage',
    message: '--min-rating: expected a number, got "high"',
  });
  expect(errorOf(() => viewFrom({ minEventsPerUser: '0' })).message).toMatch(/^--min-events-per-user: /);
  expect(errorOf(() => viewFrom({ from: 'yesterday' })).message).toMatch(/^--from: expected a date/);
});
