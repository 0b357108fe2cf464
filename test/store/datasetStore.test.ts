import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { NewTimeline } from '../../src-main/store/datasetWriter.ts';
import { pagesOfTimelines } from '../../src-main/store/migrations/0010-pages-of-timelines.ts';
import { migrations } from '../../src-main/store/migrations/index.ts';
import { editDistance, nearestName } from '../../src-main/store/nearestName.ts';
import { writeIds, writeTimes } from '../../src-main/store/timelineCodec.ts';
import { openWorkspace } from '../../src-main/store/workspace.ts';
import { datasetReportSchema, datasetSummarySchema, paperCounts, sparsityOf } from '../../src-shared/dataset.ts';
import { errorOf, films, newRun, temporaryFolder, temporaryWorkspace, timelineOf } from './temporaryWorkspace.ts';

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

  it('lists users by part of their id, a page at a time', async () => {
    const { datasets } = storeWithFilms();
    expect(await datasets.users('films', { search: '7' })).toEqual({
      total: 2,
      rows: [
        { userId: 0, externalId: '7', events: 3, firstEventAtMs: 1000, lastEventAtMs: 3000 },
        { userId: 2, externalId: '71', events: 2, firstEventAtMs: 1000, lastEventAtMs: 2000 },
      ],
    });
    expect((await datasets.users('films', { offset: 1, limit: 1 })).rows.map((user) => user.externalId)).toEqual(['12']);
    expect((await datasets.users('films', { search: '%' })).total).toBe(0);
  });

  it('lists users in any order, and pages of it fit together', async () => {
    const { datasets } = storeWithFilms();
    const listed = async (query: Parameters<typeof datasets.users>[1]) => {
      const pages = await Promise.all([0, 1, 2, 3].map((offset) => datasets.users('films', { ...query, offset, limit: 1 })));
      return pages.flatMap((page) => page.rows.map((user) => user.externalId));
    };
    expect(await listed({})).toEqual(['7', '12', '71']);
    expect(await listed({ descending: true })).toEqual(['71', '12', '7']);
    expect(await listed({ sort: 'events' })).toEqual(['12', '71', '7']);
    expect(await listed({ sort: 'events', descending: true })).toEqual(['7', '71', '12']);
    expect(await listed({ sort: 'externalId' })).toEqual(['12', '7', '71']);
    expect(await listed({ sort: 'lastEventAtMs', descending: true, search: '7' })).toEqual(['7', '71']);
    datasets.delete('films');
    datasets.insert(target, films, [timelineOf('5', [1])]);
    expect(await listed({ sort: 'events' })).toEqual(['5']);
  });

  it('finds users among more than are read at once', async () => {
    const many = Array.from({ length: 9000 }, (_, user) => timelineOf(`u${(user * 7) % 9000}`, new Array<number>(1 + (user % 3)).fill(0)));
    const { datasets } = storeWithFilms(many);
    const { total, rows } = await datasets.users('films', { search: '99', sort: 'events', descending: true, offset: 200, limit: 1000 });
    const wanted = many
      .map(({ externalId, itemIds }, userId) => ({ externalId, events: itemIds.length, userId }))
      .filter((user) => user.externalId.includes('99'))
      .sort((a, b) => b.events - a.events || a.userId - b.userId);
    expect(total).toBe(wanted.length);
    expect(rows.map((user) => user.externalId)).toEqual(wanted.slice(200).map((user) => user.externalId));
  });

  it('reports what its events look like', () => {
    const report = storeWithFilms().datasets.report('films');
    expect(datasetReportSchema.parse(report)).toEqual(report);
    expect(report.eventsPerUser).toEqual({ edges: [1, 2, 3, 5], counts: [1, 1, 1] });
    expect(report.eventsPerUserQuantiles).toEqual({ min: 1, p25: 1.5, median: 2, p75: 2.5, p95: 2.9, max: 3 });
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

  it('reports repeated events, items without any, and when things happened', () => {
    const again = { ...timelineOf('8', [0, 0, 1, 0]), timestampsMs: Float64Array.of(1000, 1000, 2000, 86_400_000) };
    const report = storeWithFilms([again, timelineOf('9', [1])]).datasets.report('films');
    expect(report.duplicates).toEqual({ sameItem: 2, sameItemAndTime: 1 });
    expect(report.itemsWithEvents).toBe(2);
    expect(report.eventsPerItem).toEqual({ edges: [0, 1, 2, 3, 5], counts: [1, 0, 1, 1] });
    expect(report.eventTimes).toEqual({ edges: [0, 86_400_000, 2 * 86_400_000], counts: [4, 1] });
    // Three of six pairs of user and item have events.
    expect(sparsityOf(report)).toBe(0.5);
  });

  it('counts users, the items they met and their examples from 50 events on, beside the paper', () => {
    const events = (n: number, item: number) => new Array<number>(n).fill(item);
    const timelines = [timelineOf('1', events(50, 0)), timelineOf('2', events(52, 1)), timelineOf('3', events(54, 2))];
    const report = storeWithFilms(timelines).datasets.report('films');
    expect(report.minEvents).toEqual([
      { minEvents: 50, users: 3, itemsWithEvents: 3, examples: 2 },
      { minEvents: 51, users: 2, itemsWithEvents: 2, examples: 2 },
      { minEvents: 52, users: 2, itemsWithEvents: 2, examples: 2 },
      { minEvents: 53, users: 1, itemsWithEvents: 1, examples: 2 },
      { minEvents: 54, users: 1, itemsWithEvents: 1, examples: 2 },
    ]);
    expect(paperCounts(report.summary)).toMatchObject([{ users: 82_977, items: 27_280, examples: 13_821_405 }]);
  });

  it('reports rejections by reason, whatever values they name, with the first places', () => {
    const { datasets } = temporaryWorkspace();
    const at = (line: number, reason: string) => ({ file: 'ratings.csv', line, reason });
    const rejections = [
      at(3, 'expected 4 columns, got 3'),
      at(4, 'rating: expected a number, got "six"'),
      at(7, 'rating: expected a number, got ""'),
      at(8, 'rating: expected a number, got "six"'),
      at(9, 'rating: expected a number, got "7,5"'),
    ];
    datasets.insert(target, films, people, { rejected: 5, rejections, cost: () => ({ seconds: 1, peakMemoryBytes: 1 }) });
    const place = (line: number) => ({ file: 'ratings.csv', line });
    expect(datasets.report('films').rejectionGroups).toEqual([
      { reason: 'rating: expected a number, got …', count: 4, examples: [place(4), place(7), place(8)] },
      { reason: 'expected 4 columns, got 3', count: 1, examples: [place(3)] },
    ]);
  });

  it('of which an older version counted less is counted anew', () => {
    const { datasets, database } = storeWithFilms();
    const report = datasets.report('films');
    database.prepare(`UPDATE datasets SET report = '{"ratings":[]}'`).run();
    expect(datasets.report('films')).toEqual(report);
    expect(JSON.parse(database.prepare<[], string>('SELECT report FROM datasets').pluck().get()!)).toMatchObject({
      ratings: report.ratings,
    });
  });

  it('names the others with the same content', () => {
    const { datasets } = storeWithFilms();
    datasets.insert({ ...target, name: 'again' }, films, people);
    datasets.insert({ ...target, name: 'other' }, films, people.slice(1));
    expect(datasets.report('again').sameContent).toEqual(['films']);
    expect(datasets.report('other').sameContent).toEqual([]);
  });

  it('keeps its rejections in order, page by page', () => {
    const { datasets } = temporaryWorkspace();
    const rejections = [3, 5, 8].map((line) => ({ file: 'ratings.csv', line, reason: 'rating "x" is not a number' }));
    datasets.insert(target, films, people, { rejected: 3, rejections, cost: () => ({ seconds: 1.5, peakMemoryBytes: 1e8 }) });
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

describe('a renamed dataset', () => {
  it('is the same one under another name, and its runs follow', () => {
    const { datasets, runs } = storeWithFilms();
    const { fingerprint } = datasets.get('films');
    runs.create(newRun());
    runs.setStatus('run-0001', 'completed');
    datasets.rename('films', 'movies');
    expect(datasets.list()).toMatchObject([{ name: 'movies', fingerprint, events: 6 }]);
    expect(runs.summary('run-0001')).toMatchObject({ datasetName: 'movies' });
    datasets.rename('movies', 'movies');
    expect(datasets.has('movies')).toBe(true);
  });

  it('takes no name that is taken, and none while a run reads it', () => {
    const { datasets, runs } = storeWithFilms();
    datasets.insert({ ...target, name: 'other' }, films, people);
    expect(errorOf(() => datasets.rename('films', 'other'))).toEqual({
      code: 'dataset-exists',
      message: 'dataset "other" exists already; choose another name',
    });
    expect(errorOf(() => datasets.rename('film', 'new')).code).toBe('dataset-not-found');
    runs.create(newRun());
    runs.setStatus('run-0001', 'running');
    expect(errorOf(() => datasets.rename('films', 'new')).code).toBe('dataset-in-use');
    expect(datasets.list().map(({ name }) => name)).toEqual(['films', 'other']);
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

/** As a workspace keeps timelines that were imported before there were pages of them. */
function writeOlderTimelines(database: BetterSqlite3.Database, timelines: readonly NewTimeline[]): void {
  database.exec(`INSERT INTO datasets VALUES (1, 'films', 'movielens-csv', 3, 3, 6, 0, 'f', '', 5, 0, 0, '{}', 'packed', '[]')`);
  database.exec(`INSERT INTO features VALUES (1, 0, 'rating', 'event', '["[PAD]","[OOV]","3.5","5.0"]', NULL)`);
  for (const [userId, { externalId, itemIds, timestampsMs, eventFeatures }] of timelines.entries()) {
    const bytes = new Uint8Array(1024);
    const items = Buffer.from(bytes.slice(0, writeIds(itemIds, bytes, 0)));
    const times = Buffer.from(bytes.slice(0, writeTimes(timestampsMs, bytes, 0)));
    const ratings = Buffer.from(bytes.slice(0, writeIds(eventFeatures.rating!, bytes, 0)));
    const last = timestampsMs[itemIds.length - 1];
    database
      .prepare('INSERT INTO timelines VALUES (1, ?, ?, ?, ?, ?, ?, ?)')
      .run(userId, externalId, itemIds.length, timestampsMs[0], last, items, times);
    database.prepare(`INSERT INTO timelineFeatures VALUES (1, ?, 'rating', ?)`).run(userId, ratings);
  }
}

describe('timelines', () => {
  it('of very different lengths are read in any order', () => {
    const lengths = Array.from({ length: 300 }, (_, user) => 1 + ((user * user * 37) % 4001));
    const many = lengths.map((length, user) => timelineOf(`u${user}`, new Array<number>(length).fill(user % 3)));
    const reader = storeWithFilms(many).datasets.open('films');
    for (let step = 0; step < 600; step++) {
      const userId = step < 300 ? step : (step * 101) % 300;
      expect(reader.timeline(userId)).toEqual({
        itemIds: many[userId]!.itemIds,
        timestampsMs: many[userId]!.timestampsMs,
        eventFeatures: many[userId]!.eventFeatures,
      });
    }
    expect([...reader.eventCounts()]).toEqual(lengths);
  });

  it('of an older workspace are read as they were written, and their users listed', async () => {
    const path = temporaryFolder();
    const database = new BetterSqlite3(join(path, 'workspace.db'));
    const before = migrations.indexOf(pagesOfTimelines);
    for (const migration of migrations.slice(0, before)) database.exec(migration);
    database.pragma(`user_version = ${before}`);
    writeOlderTimelines(database, people);
    database.close();
    const { datasets } = temporaryWorkspace(path);
    const reader = datasets.open('films');
    const { itemIds, timestampsMs, eventFeatures } = people[2]!;
    expect(reader.timeline(2)).toEqual({ itemIds, timestampsMs, eventFeatures });
    expect([...reader.eventCounts()]).toEqual([3, 1, 2]);
    expect(reader.sourceIds().users).toEqual(['7', '12', '71']);
    expect(await datasets.users('films', { search: '7' })).toEqual(await storeWithFilms().datasets.users('films', { search: '7' }));
  });
});

describe('deleting a dataset', () => {
  it('leaves no rows behind', () => {
    const { datasets, database } = storeWithFilms();
    datasets.delete('films');
    for (const table of ['datasets', 'features', 'items', 'timelinePages', 'userBlocks', 'rejections']) {
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
    expect(database.prepare('SELECT count(*) FROM timelinePages').pluck().get()).toBe(0);
  });

  it('is gone when the disk is full, and can be written when there is space again', () => {
    const { datasets, database } = temporaryWorkspace();
    const long = Array.from({ length: 40 }, (_, user) =>
      timelineOf(
        `u${user}`,
        Array.from({ length: 2000 }, (_, event) => event % 3),
      ),
    );
    const pages = (count: number) => database.pragma(`max_page_count = ${count}`);
    function* withoutSpace() {
      pages(database.pragma('page_count', { simple: true }) as number);
      yield* long;
    }
    expect(errorOf(() => datasets.insert(target, films, withoutSpace()))).toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining('free some space and try again'),
    });
    expect(datasets.list()).toEqual([]);
    expect(database.prepare('SELECT count(*) FROM timelinePages').pluck().get()).toBe(0);
    pages(1_000_000);
    expect(datasets.insert(target, films, long)).toMatchObject({ users: 40, events: 80_000 });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
