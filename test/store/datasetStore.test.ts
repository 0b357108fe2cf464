import { describe, expect, it } from 'vitest';
import type { NewTimeline } from '../../src-main/store/datasetWriter.ts';
import { editDistance, nearestName } from '../../src-main/store/nearestName.ts';
import { openWorkspace } from '../../src-main/store/workspace.ts';
import { datasetReportSchema, datasetSummarySchema } from '../../src-shared/dataset.ts';
import { errorOf, films, newRun, temporaryWorkspace, timelineOf } from './temporaryWorkspace.ts';

const target = { name: 'films', format: 'movielens-csv', sourcePath: '/data/films' } as const;
const people = [timelineOf('7', [0, 1, 0], [2, 3, 3]), timelineOf('12', [2]), timelineOf('71', [1, 1], [3, 3])];

function storeWithFilms(timelines: NewTimeline[] = people) {
  const workspace = temporaryWorkspace();
  workspace.datasets.insert(target, films, timelines);
  return workspace;
}

describe('a stored dataset', () => {
  it('is summed up in the form of the contract', () => {
    const summary = storeWithFilms().datasets.get('films');
    expect(datasetSummarySchema.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({ users: 3, items: 3, events: 6, rejected: 0, sourcePath: '/data/films' });
    expect(summary.features).toEqual([
      { name: 'title', kind: 'item', vocabularySize: 5 },
      { name: 'genre', kind: 'item', vocabularySize: 5 },
      { name: 'rating', kind: 'event', vocabularySize: 4 },
    ]);
  });

  it('gives back catalogue, vocabularies and timelines', () => {
    const reader = storeWithFilms().datasets.open('films');
    expect(reader.titles).toEqual(['Heat (1995)', 'Alien (1979)', 'Untold (2001)']);
    expect(reader.genres).toEqual(['Action', 'Horror', 'Unknown']);
    expect(reader.vocabulary('rating')).toEqual(['[PAD]', '[OOV]', '3.5', '5.0']);
    expect(reader.itemFeature('genre')).toEqual(Int32Array.of(2, 3, 4));
    expect(reader.timeline(0)).toEqual({
      itemIds: Int32Array.of(0, 1, 0),
      timestampsMs: Float64Array.of(1000, 2000, 3000),
      eventFeatures: { rating: Int32Array.of(2, 3, 3) },
    });
  });

  it('names what there is when asked for a feature or user that there is not', () => {
    const reader = storeWithFilms().datasets.open('films');
    expect(errorOf(() => reader.vocabulary('review')).message).toBe(
      'dataset "films": expected one of the features title, genre, rating, got "review"',
    );
    expect(errorOf(() => reader.itemFeature('rating')).message).toBe(
      'dataset "films": expected one of the features title, genre, got "rating"',
    );
    expect(errorOf(() => reader.timeline(3)).message).toBe('dataset "films": expected a user from 0 to 2, got 3');
  });

  it('shows a timeline with titles, genres and ratings', () => {
    expect(storeWithFilms().datasets.timeline('films', 0)[1]).toEqual({
      itemId: 1,
      title: 'Alien (1979)',
      genre: 'Horror',
      rating: '5.0',
      timestampMs: 2000,
    });
  });

  it('lists users by part of their id, a page at a time', () => {
    const { datasets } = storeWithFilms();
    expect(datasets.users('films', '7', 0, 10)).toEqual({
      total: 2,
      rows: [
        { userId: 0, externalId: '7', events: 3, firstEventAtMs: 1000, lastEventAtMs: 3000 },
        { userId: 2, externalId: '71', events: 2, firstEventAtMs: 1000, lastEventAtMs: 2000 },
      ],
    });
    expect(datasets.users('films', '', 1, 1).rows.map((user) => user.externalId)).toEqual(['12']);
    expect(datasets.users('films', '%', 0, 10).total).toBe(0);
  });

  it('reports what its events look like', () => {
    const report = storeWithFilms().datasets.report('films');
    expect(datasetReportSchema.parse(report)).toEqual(report);
    expect(report.eventsPerUser).toEqual({ edges: [1, 2, 3, 5], counts: [1, 1, 1] });
    expect(report.eventsPerUserQuantiles).toEqual({ min: 1, p25: 1.5, median: 2, p75: 2.5, max: 3 });
    expect(report.ratings).toEqual([
      { value: '3.5', count: 2 },
      { value: '5.0', count: 4 },
    ]);
    expect(report.genres[0]).toEqual({ value: 'Horror', count: 3 });
    expect(report.popularItems[0]).toEqual({ value: 'Alien (1979)', count: 3 });
    expect([report.firstEventAtMs, report.lastEventAtMs]).toEqual([1000, 3000]);
  });

  it('counts examples with a full window, leaving out the labels of validation and test', () => {
    const events = (n: number) => new Array<number>(n).fill(0);
    const report = storeWithFilms([timelineOf('1', events(52)), timelineOf('2', events(53)), timelineOf('3', events(105))]).datasets.report(
      'films',
    );
    expect(report.trainingExamples).toEqual([
      { historyLength: 50, examples: 1 + 53, users: 2 },
      { historyLength: 100, examples: 3, users: 1 },
      { historyLength: 200, examples: 0, users: 0 },
    ]);
    expect(report.eventsPerUser).toEqual({ edges: [50, 70, 100, 150], counts: [2, 0, 1] });
  });

  it('keeps its rejections in order, page by page', () => {
    const { datasets } = temporaryWorkspace();
    const rejections = [3, 5, 8].map((line) => ({ file: 'ratings.csv', line, reason: 'rating "x" is not a number' }));
    datasets.insert(target, films, people, { rejected: 3, rejections, seconds: 1.5, peakMemoryBytes: 1e8 });
    expect(datasets.rejections('films', 1, 1)).toEqual({ total: 3, rows: [rejections[1]] });
    expect(datasets.get('films')).toMatchObject({ rejected: 3, rejections, seconds: 1.5, peakMemoryBytes: 1e8 });
  });

  it('has a fingerprint that any change of content changes, and nothing else', () => {
    const fingerprint = (timelines: NewTimeline[], name = 'films', catalogue = films) => {
      const { datasets } = temporaryWorkspace();
      return datasets.insert({ ...target, name }, catalogue, timelines).fingerprint;
    };
    const original = fingerprint(people);
    expect(original).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprint(people, 'other name')).toBe(original);
    const renamed = { ...films, items: films.items.map((item) => ({ ...item, title: `${item.title}!` })) };
    expect(fingerprint(people, 'films', renamed)).not.toBe(original);
    expect(fingerprint([people[0]!, people[1]!, timelineOf('71', [1, 1], [3, 2])])).not.toBe(original);
    expect(fingerprint([people[0]!, people[1]!, timelineOf('71', [1, 0], [3, 3])])).not.toBe(original);
    expect(fingerprint([people[0]!, people[1]!, timelineOf('72', [1, 1], [3, 3])])).not.toBe(original);
  });
});

describe('dataset names', () => {
  it('are taken once', () => {
    const { datasets } = storeWithFilms();
    expect(errorOf(() => datasets.insert(target, films, people))).toEqual({
      code: 'dataset-exists',
      message: 'import: there is already a dataset named "films"; choose another name or delete that one',
    });
    expect(datasets.get('films').events).toBe(6);
  });

  it('that no dataset has are answered with the nearest one', () => {
    const { datasets } = storeWithFilms();
    expect(errorOf(() => datasets.get('Flims'))).toEqual({
      code: 'dataset-not-found',
      message: 'dataset "Flims": there is no dataset of this name; did you mean "films"?',
    });
    expect(errorOf(() => datasets.open('weather')).message).toBe('dataset "weather": there is no dataset of this name; there are: films');
    expect(errorOf(() => temporaryWorkspace().datasets.get('films')).message).toBe(
      'dataset "films": there is no dataset of this name; import one first',
    );
  });

  it('are near by edit distance, ignoring case', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    expect(nearestName('ML-LATEST', ['ml-latest', 'ml-1m'])).toBe('ml-latest');
    expect(nearestName('abc', ['xyz'])).toBeNull();
  });
});

describe('deleting a dataset', () => {
  it('leaves no rows behind', () => {
    const { datasets, database } = storeWithFilms();
    datasets.delete('films');
    for (const table of ['datasets', 'features', 'items', 'timelines', 'timelineFeatures', 'rejections']) {
      expect([table, database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([table, 0]);
    }
  });

  it('is refused while a run uses it, and possible afterwards', () => {
    const { datasets, runs } = storeWithFilms();
    runs.create(newRun());
    runs.setStatus('run-0001', 'running');
    expect(errorOf(() => datasets.delete('films'))).toEqual({
      code: 'dataset-in-use',
      message: 'dataset "films": the run "first" is using it; stop that run first',
    });
    runs.setStatus('run-0001', 'completed');
    datasets.delete('films');
    expect(datasets.list()).toEqual([]);
  });

  it('of the same name imported anew shows the new timelines', () => {
    const { datasets } = storeWithFilms();
    expect(datasets.timeline('films', 1)[0]!.title).toBe('Untold (2001)');
    datasets.delete('films');
    datasets.insert(target, { ...films, items: films.items.map((item) => ({ ...item, title: 'New (2020)' })) }, people);
    expect(datasets.timeline('films', 1)[0]!.title).toBe('New (2020)');
  });
});

describe('a dataset being written', () => {
  it('is invisible to others until it is whole', () => {
    const workspace = temporaryWorkspace();
    const other = openWorkspace(workspace.path);
    const seen: number[] = [];
    function* watched() {
      for (const timeline of people) {
        seen.push(other.datasets.list().length);
        yield timeline;
      }
    }
    workspace.datasets.insert(target, films, watched());
    expect(seen).toEqual([0, 0, 0]);
    expect(other.datasets.list()).toHaveLength(1);
    other.close();
  });

  it('is gone when its timelines fail half-way', () => {
    const { datasets, database } = temporaryWorkspace();
    function* failing() {
      yield people[0]!;
      throw new Error('the source broke');
    }
    expect(() => datasets.insert(target, films, failing())).toThrow('the source broke');
    expect(database.inTransaction).toBe(false);
    expect(database.prepare('SELECT count(*) FROM timelines').pluck().get()).toBe(0);
  });
});
