import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDatasetView, viewFingerprint, viewOf } from '../../../src-main/data/views/datasetView.ts';
import { splitExamples } from '../../../src-main/data/windows.ts';
import type { DatasetReader, NewTimeline } from '../../../src-main/store/datasetStore.ts';
import { type DatasetViewInput, datasetViewSchema } from '../../../src-shared/datasetView.ts';
import { films, temporaryWorkspace } from '../../store/temporaryWorkspace.ts';

const LOW = 2;
const HIGH = 3;
const at = (second: number) => Date.UTC(2020, 0, 1) + second * 1000;

/** Events as [item, second, rating]; items 0, 1 and 2 exist. */
type Events = [item: number, second: number, rating?: number][];

function timeline(externalId: string, events: Events): NewTimeline {
  return {
    externalId,
    itemIds: Int32Array.from(events, ([item]) => item),
    timestampsMs: Float64Array.from(events, ([, second]) => at(second)),
    eventFeatures: { rating: Int32Array.from(events, ([, , rating]) => rating ?? LOW) },
  };
}

function stored(people: Events[]) {
  const workspace = temporaryWorkspace();
  const timelines = people.map((events, user) => timeline(`u${user}`, events));
  workspace.datasets.insert({ name: 'films', format: 'movielens-csv', sourcePath: 'made up' }, films, timelines);
  return workspace;
}

const view = (options: DatasetViewInput) => datasetViewSchema.parse(options);
const look = (people: Events[], options: DatasetViewInput) => viewOf(stored(people).datasets.open('films'), view(options));

/** What a view shows: by user, the items and seconds of the events. */
function shown(reader: DatasetReader): Record<number, string> {
  return Object.fromEntries(
    Array.from(reader.userIds, (userId) => {
      const { itemIds, timestampsMs } = reader.timeline(userId);
      return [userId, Array.from(itemIds, (item, index) => `${item}@${(timestampsMs[index]! - at(0)) / 1000}`).join(' ')];
    }),
  );
}

const PEOPLE: Events[] = [
  [
    [0, 1, HIGH],
    [1, 2, LOW],
    [0, 3, HIGH],
  ],
  [[2, 10, HIGH]],
  [
    [1, 5, LOW],
    [1, 5, LOW],
    [0, 5, HIGH],
    [1, 5, HIGH],
    [1, 6, LOW],
  ],
];

describe('a view of a dataset', () => {
  it('with every option at its default is the dataset itself, fingerprint included', async () => {
    const { datasets } = stored(PEOPLE);
    const reader = await openDatasetView(datasets, 'films', view({ sampleSeed: 7 }));
    expect(reader.summary).toEqual(datasets.get('films'));
    expect(shown(reader)).toEqual({ 0: '0@1 1@2 0@3', 1: '2@10', 2: '1@5 1@5 0@5 1@5 1@6' });
  });

  it('leaves out users with too few events, and keeps the ids of the others', async () => {
    const reader = await look(PEOPLE, { minEventsPerUser: 4 });
    expect(shown(reader)).toEqual({ 2: '1@5 1@5 0@5 1@5 1@6' });
    expect(reader.summary).toMatchObject({ users: 1, events: 5, items: 3 });
    expect(reader.eventCounts()).toEqual(Int32Array.of(0, 0, 5));
  });

  it('leaves out events on rare items', async () => {
    const reader = await look(PEOPLE, { minEventsPerItem: 4 });
    expect(shown(reader)).toEqual({ 0: '1@2', 2: '1@5 1@5 1@5 1@6' });
    expect(reader.summary).toMatchObject({ users: 2, events: 5 });
  });

  it('applies both minimums until both hold', async () => {
    // Item 2 falls first; user 1 then has one event, falls, and takes item 1 below three.
    const people: Events[] = [
      [
        [0, 1],
        [0, 2],
        [1, 3],
      ],
      [
        [1, 1],
        [2, 2],
      ],
      [
        [0, 1],
        [1, 2],
        [0, 3],
      ],
    ];
    const reader = await look(people, { minEventsPerUser: 2, minEventsPerItem: 3 });
    expect(shown(reader)).toEqual({ 0: '0@1 0@2', 2: '0@1 0@3' });
  });

  it('keeps events from one moment to before another', async () => {
    const options = { from: '2020-01-01T00:00:02Z', until: '2020-01-01T00:00:06Z' };
    expect(shown(await look(PEOPLE, options))).toEqual({ 0: '1@2 0@3', 2: '1@5 1@5 0@5 1@5' });
  });

  it('keeps events that are rated at least so high', async () => {
    expect(shown(await look(PEOPLE, { minRating: 3.5 }))).toEqual(shown(await look(PEOPLE, {})));
    expect(shown(await look(PEOPLE, { minRating: 4 }))).toEqual({ 0: '0@1 0@3', 1: '2@10', 2: '0@5 1@5' });
  });

  it('keeps the first of the events on the same item, or on the same item at the same time', async () => {
    expect(shown(await look(PEOPLE, { duplicates: 'same-item' }))).toEqual({ 0: '0@1 1@2', 1: '2@10', 2: '1@5 0@5' });
    expect(shown(await look(PEOPLE, { duplicates: 'same-item-and-time' }))).toEqual({ 0: '0@1 1@2 0@3', 1: '2@10', 2: '1@5 0@5 1@6' });
  });

  it('looks at the rating before duplicates, and at duplicates before counting', async () => {
    expect(shown(await look(PEOPLE, { minRating: 4, duplicates: 'same-item', minEventsPerUser: 2 }))).toEqual({ 2: '0@5 1@5' });
  });

  it('gives its timelines the features of the events that are left', async () => {
    const reader = await look(PEOPLE, { from: '2020-01-01T00:00:03Z' });
    expect(reader.timeline(0)).toEqual({
      itemIds: Int32Array.of(0),
      timestampsMs: Float64Array.of(at(3)),
      eventFeatures: { rating: Int32Array.of(HIGH) },
    });
  });

  it('is what examples are made from', async () => {
    const people: Events[] = [
      [
        [0, 1],
        [1, 2],
        [2, 3],
        [0, 4],
        [1, 5],
      ],
      [[0, 1]],
      [
        [1, 1],
        [0, 2],
        [2, 9],
        [1, 10],
        [0, 11],
      ],
    ];
    const { train, validation, test } = splitExamples(await look(people, { minEventsPerUser: 2, until: '2020-01-01T00:00:05Z' }), {
      minHistory: 1,
    });
    expect(train).toEqual([{ userId: 0, labelIndex: 1 }]);
    expect(validation.map(({ userId }) => userId)).toEqual([0]);
    expect(test).toEqual([
      { userId: 0, labelIndex: 3 },
      { userId: 2, labelIndex: 1 },
    ]);
  });

  it('says what to loosen when nobody is left, and what it needs when there are no ratings', async () => {
    await expect(look(PEOPLE, { minEventsPerUser: 6, minRating: 2 })).rejects.toMatchObject({
      code: 'experiment-invalid',
      message: 'data: expected at least one user of "films", got none; loosen minEventsPerUser, minRating',
    });
    const workspace = temporaryWorkspace();
    const unrated = { ...films, features: films.features.slice(0, 2) };
    const events = { ...timeline('u', [[0, 1]]), eventFeatures: {} };
    workspace.datasets.insert({ name: 'clicks', format: 'movielens-csv', sourcePath: 'made up' }, unrated, [events]);
    await expect(openDatasetView(workspace.datasets, 'clicks', view({ minRating: 3 }))).rejects.toThrow(
      'data.minRating: expected a dataset with ratings, got "clicks"; leave minRating out',
    );
  });
});

describe('a sample of users', () => {
  const many: Events[] = Array.from({ length: 40 }, (_, user) => [
    [user % 3, 1],
    [0, 2],
  ]);

  it('is the same for the same seed, another for another, and part of a larger one', async () => {
    const draw = async (sampleUsers: number, sampleSeed: number) => [...(await look(many, { sampleUsers, sampleSeed })).userIds];
    const ten = await draw(10, 1);
    expect(ten).toHaveLength(10);
    expect(ten).toEqual(ten.toSorted((a, b) => a - b));
    expect(await draw(10, 1)).toEqual(ten);
    expect(await draw(10, 2)).not.toEqual(ten);
    expect(await draw(20, 1)).toEqual(expect.arrayContaining(ten));
    expect(await draw(99, 1)).toHaveLength(40);
  });

  it('is drawn from those that the other options leave', async () => {
    const reader = await look([...PEOPLE, ...PEOPLE], { minEventsPerUser: 5, sampleUsers: 1 });
    expect([...reader.userIds].every((userId) => userId === 2 || userId === 5)).toBe(true);
    expect(reader.summary).toMatchObject({ users: 1, events: 5 });
  });
});

describe('the fingerprint of a view', () => {
  const of = (options: DatasetViewInput) => viewFingerprint('abc', view(options));

  it('changes with every option that changes something, and with nothing else', () => {
    const options: DatasetViewInput[] = [
      {},
      { minEventsPerUser: 2 },
      { minEventsPerItem: 2 },
      { from: '2020-01-01' },
      { until: '2020-01-01' },
      { minRating: 0 },
      { duplicates: 'same-item' },
      { duplicates: 'same-item-and-time' },
      { sampleUsers: 5 },
      { sampleUsers: 5, sampleSeed: 2 },
    ];
    expect(new Set(options.map(of)).size).toBe(options.length);
    expect(of({ minEventsPerUser: 1, sampleSeed: 4 })).toBe('abc');
    expect(of({ from: '2020-01-01' })).toBe(of({ from: '2020-01-01T02:00:00+02:00' }));
  });
});

describe('the options of a view', () => {
  const problem = (options: unknown) => datasetViewSchema.safeParse(options).error?.issues[0]?.message;

  it('refuse what cannot be meant', () => {
    expect(problem({ from: '2020-02-30' })).toContain('expected a date such as "2015-06-30"');
    expect(problem({ from: '2020-01-01T10:00' })).toContain('expected a date');
    expect(problem({ from: '2021-01-01', until: '2020-01-01' })).toBe('from must be before until: nothing lies between them');
    expect(problem({ minEventsPerUser: 0 })).toBeDefined();
    expect(problem({ minEvents: 5 })).toContain('minEvents');
  });
});

it('keeps exactly the events that a plain reading of its options keeps', async () => {
  const event = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 6 }), fc.constantFrom(LOW, HIGH));
  const person = fc.array(event, { minLength: 1, maxLength: 12 }).map((events) => events.toSorted((a, b) => a[1] - b[1]));
  const options = fc.record({
    minEventsPerUser: fc.integer({ min: 1, max: 5 }),
    minEventsPerItem: fc.integer({ min: 1, max: 6 }),
    from: fc.constantFrom(null, '2020-01-01T00:00:02Z'),
    until: fc.constantFrom(null, '2020-01-01T00:00:05Z'),
    minRating: fc.constantFrom(null, 4),
    duplicates: fc.constantFrom('keep' as const, 'same-item' as const, 'same-item-and-time' as const),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 6 }), options, async (people, chosen) => {
      const expected = plainReading(people, chosen);
      if (Object.keys(expected).length === 0) await expect(look(people, chosen)).rejects.toThrow('got none');
      else expect(shown(await look(people, chosen))).toEqual(expected);
    }),
    { numRuns: 40 },
  );
}, 60_000);

/** The definition, event by event, without regard to speed. */
function plainReading(people: Events[], options: Required<Omit<DatasetViewInput, 'sampleUsers' | 'sampleSeed'>>): Record<number, string> {
  let rows = people.flatMap((events, user) => events.map(([item, second, rating]) => ({ user, item, second, rating: rating! })));
  rows = rows.filter(({ second }) => (options.from === null || second >= 2) && (options.until === null || second < 5));
  rows = rows.filter(({ rating }) => options.minRating === null || rating === HIGH);
  rows = rows.filter(({ user, item, second }, index) => {
    const same = (other: (typeof rows)[number]) =>
      other.user === user && other.item === item && (options.duplicates === 'same-item' || other.second === second);
    return options.duplicates === 'keep' || rows.findIndex(same) === index;
  });
  for (let before = -1; before !== rows.length; ) {
    before = rows.length;
    rows = rows.filter(({ item }) => rows.filter((other) => other.item === item).length >= options.minEventsPerItem!);
    rows = rows.filter(({ user }) => rows.filter((other) => other.user === user).length >= options.minEventsPerUser!);
  }
  const users = [...new Set(rows.map(({ user }) => user))];
  return Object.fromEntries(
    users.map((user) => [
      user,
      rows
        .filter((row) => row.user === user)
        .map(({ item, second }) => `${item}@${second}`)
        .join(' '),
    ]),
  );
}
