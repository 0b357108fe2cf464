import { describe, expect, it } from 'vitest';
import { dataSection, NO_FIELDS, readFields } from '../../../src-renderer/contrib/datasets/viewFields.ts';
import { datasetViewSchema, WHOLE_DATASET } from '../../../src-shared/datasetView.ts';

describe('the fields of a view', () => {
  it('are the whole dataset while nothing is typed', () => {
    expect(readFields(NO_FIELDS)).toEqual({ view: WHOLE_DATASET });
    expect(dataSection(WHOLE_DATASET)).toBeNull();
  });

  it('become the options of an experiment file', () => {
    const fields = { ...NO_FIELDS, minEventsPerUser: ' 52 ', sampleUsers: '1,000', from: '2015-06-30', duplicates: 'same-item' };
    const view = datasetViewSchema.parse({ minEventsPerUser: 52, sampleUsers: 1000, from: '2015-06-30', duplicates: 'same-item' });
    expect(readFields(fields)).toEqual({ view });
    const section = JSON.parse(`{ ${dataSection(view)} }`) as { data: object };
    expect(datasetViewSchema.parse(section.data)).toEqual(view);
    expect(dataSection({ ...WHOLE_DATASET, minRating: 4 })).toBe('"data": { "minRating": 4 }');
  });

  it('say what is wrong, each beside its field', () => {
    expect(readFields({ ...NO_FIELDS, minEventsPerUser: 'many', from: '30.6.2015', minRating: '4' })).toEqual({
      errors: { minEventsPerUser: expect.stringContaining('expected number'), from: expect.stringContaining('expected a date') },
    });
    expect(readFields({ ...NO_FIELDS, from: '2016-01-01', until: '2015-01-01' })).toMatchObject({
      errors: { until: expect.stringContaining('from must be before until') },
    });
  });
});
