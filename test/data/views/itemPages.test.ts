import { describe, expect, it } from 'vitest';
import { type ItemQuery, listItems } from '../../../src-main/data/views/itemPages.ts';
import { films, temporaryWorkspace, timelineOf } from '../../store/temporaryWorkspace.ts';

const EVERYTHING: ItemQuery = { search: '', sort: 'itemId', descending: false, offset: 0, limit: 100 };

function stored() {
  const { datasets } = temporaryWorkspace();
  const people = [timelineOf('7', [0, 1, 1]), timelineOf('12', [1])];
  datasets.insert({ name: 'films', format: 'movielens-csv', sourcePath: 'made up' }, films, people);
  const titles = async (query: Partial<ItemQuery>) =>
    (await listItems(datasets, 'films', { ...EVERYTHING, ...query })).rows.map(({ title }) => title.slice(0, 4));
  return { datasets, titles };
}

describe('the items of a dataset', () => {
  it('come with the number of their events', async () => {
    expect(await listItems(stored().datasets, 'films', EVERYTHING)).toEqual({
      total: 3,
      rows: [
        { itemId: 0, externalId: '10', title: 'Heat (1995)', genre: 'Action', events: 1 },
        { itemId: 1, externalId: '20', title: 'Alien (1979)', genre: 'Horror', events: 3 },
        { itemId: 2, externalId: '30', title: 'Untold (2001)', genre: 'Unknown', events: 0 },
      ],
    });
  });

  it('are sorted by any column, and paged', async () => {
    const { titles } = stored();
    expect(await titles({ sort: 'events', descending: true })).toEqual(['Alie', 'Heat', 'Unto']);
    expect(await titles({ sort: 'title' })).toEqual(['Alie', 'Heat', 'Unto']);
    expect(await titles({ sort: 'genre', descending: true })).toEqual(['Unto', 'Alie', 'Heat']);
    expect(await titles({ offset: 1, limit: 1 })).toEqual(['Alie']);
    expect(await titles({ offset: 9 })).toEqual([]);
  });

  it('are found by part of the title in any case, or by id', async () => {
    const { titles } = stored();
    expect(await titles({ search: ' ALI' })).toEqual(['Alie']);
    expect(await titles({ search: '30' })).toEqual(['Unto']);
    expect(await titles({ search: 'nothing' })).toEqual([]);
  });

  it('are those of the dataset that has the name now', async () => {
    const { datasets, titles } = stored();
    await titles({});
    datasets.delete('films');
    datasets.insert({ name: 'films', format: 'movielens-csv', sourcePath: 'made up' }, films, [timelineOf('1', [2])]);
    expect(await titles({ sort: 'events', descending: true })).toEqual(['Unto', 'Heat', 'Alie']);
  });
});
