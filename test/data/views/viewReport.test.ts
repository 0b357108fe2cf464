import { describe, expect, it } from 'vitest';
import { reportView } from '../../../src-main/data/views/viewReport.ts';
import { datasetViewSchema, WHOLE_DATASET } from '../../../src-shared/datasetView.ts';
import { films, temporaryWorkspace, timelineOf } from '../../store/temporaryWorkspace.ts';

function stored() {
  const { datasets } = temporaryWorkspace();
  const people = [timelineOf('7', [0, 1, 0], [2, 3, 3]), timelineOf('12', [2]), timelineOf('71', [1, 1], [3, 3])];
  datasets.insert({ name: 'films', format: 'movielens-csv', sourcePath: 'made up' }, films, people);
  return datasets;
}

describe('the report of a view', () => {
  it('is that of the dataset where the view leaves nothing out', async () => {
    const datasets = stored();
    expect(await reportView(datasets, 'films', WHOLE_DATASET)).toEqual(datasets.report('films'));
    const all = await reportView(datasets, 'films', datasetViewSchema.parse({ minRating: 1 }));
    const { fingerprint, ...summary } = datasets.get('films');
    expect(all).toEqual({ ...datasets.report('films'), summary: { ...summary, fingerprint: all.summary.fingerprint } });
    expect(all.summary.fingerprint).not.toBe(fingerprint);
  });

  it('counts what the view keeps, and nothing else', async () => {
    const report = await reportView(stored(), 'films', datasetViewSchema.parse({ minRating: 5, minEventsPerUser: 2 }));
    expect(report.summary).toMatchObject({ users: 2, events: 4, items: 3 });
    expect(report.eventsPerUserQuantiles).toMatchObject({ min: 2, max: 2 });
    expect(report.ratings).toEqual([{ value: '5.0', count: 4 }]);
    expect(report.itemsWithEvents).toBe(2);
  });
});
