import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRecords } from '../../src-main/data/csv.ts';
import { fileOnDisk } from '../../src-main/data/files/sourceFile.ts';
import { importDataset } from '../../src-main/data/import.ts';
import { GENRE_WORDS } from '../../src-main/data/sample/words.ts';
import { writeSampleDataset } from '../../src-main/data/sample/writeSample.ts';
import type { DatasetReader } from '../../src-main/store/datasetStore.ts';
import { openWorkspace, type Workspace } from '../../src-main/store/workspace.ts';
import { suiteFolder, temporaryFolder } from '../store/temporaryWorkspace.ts';

const FILES = ['ratings.csv', 'movies.csv', 'reviews.csv', 'README.txt'];

describe('writing the sample dataset', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    const folders = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const folder = temporaryFolder();
        await writeSampleDataset(folder, { users: 40, items: 60, seed });
        return FILES.map((name) => readFileSync(join(folder, name), 'utf8'));
      }),
    );
    expect(folders[1]).toEqual(folders[0]);
    expect(folders[2]![0]).not.toBe(folders[0]![0]);
    expect(folders[2]![1]).not.toBe(folders[0]![1]);
    expect(folders[0]![3]).toMatch(/synthetic/);
  });

  it('does not change people when more are added', async () => {
    const rows = async (users: number) => {
      const folder = temporaryFolder();
      await writeSampleDataset(folder, { users, items: 60 });
      return readFileSync(join(folder, 'ratings.csv'), 'utf8');
    };
    expect((await rows(12)).startsWith(await rows(10))).toBe(true);
  });

  it('refuses sizes that make no sense', async () => {
    await expect(writeSampleDataset(temporaryFolder(), { items: 3 })).rejects.toThrow(
      'expected at least 1 user and 50 items, got 1500 and 3',
    );
  });
});

describe('the sample dataset', () => {
  const base = suiteFolder();
  const folder = join(base, 'sample');
  let workspace: Workspace;
  let reader: DatasetReader;

  beforeAll(async () => {
    await writeSampleDataset(folder);
    workspace = openWorkspace(join(base, 'workspace'));
    await importDataset(workspace, { path: folder, name: 'sample' });
    reader = workspace.datasets.open('sample');
    return () => workspace.close();
  });

  it('is imported without a rejected row, in the promised size', () => {
    expect(reader.summary).toMatchObject({ users: 1500, items: 600, rejected: 0, rejections: [] });
    expect(reader.summary.events).toBeGreaterThan(70_000);
    expect(reader.summary.events).toBeLessThan(110_000);
  });

  it('has titles with a year, some with commas and a few twice', () => {
    expect(reader.titles.every((title) => /^\p{Lu}.* \((19|20)\d\d\)$/u.test(title))).toBe(true);
    expect(reader.titles.filter((title) => title.includes(',')).length).toBeGreaterThan(100);
    expect(reader.titles.length - new Set(reader.titles).size).toBe(3);
  });

  it('uses all genres of MovieLens, and half stars from bad to good', () => {
    expect(new Set(reader.genres)).toEqual(new Set([...GENRE_WORDS.map((words) => words.genre), 'Unknown']));
    const { ratings } = workspace.datasets.report('sample');
    expect(ratings.map((share) => share.value)).toEqual(['0.5', '1.0', '1.5', '2.0', '2.5', '3.0', '3.5', '4.0', '4.5', '5.0']);
  });

  it('has reviews of films that were rated at the same time', async () => {
    const rated = new Set(
      readFileSync(join(folder, 'ratings.csv'), 'utf8')
        .split('\n')
        .map((row) => row.replace(/,[\d.]+,(\d+)$/, ',$1')),
    );
    const reviews: string[][] = [];
    await readRecords(fileOnDisk(join(folder, 'reviews.csv')), (record) => reviews.push('fields' in record ? record.fields : []));
    expect(reviews.shift()).toEqual(['userId', 'movieId', 'timestamp', 'review']);
    expect(reviews.length).toBeGreaterThan(20_000);
    expect(reviews.every(([user, movie, timestamp]) => rated.has(`${user},${movie},${timestamp}`))).toBe(true);
  });

  it('can be foretold from the last two events far better than from popularity', () => {
    const timelines = Array.from({ length: reader.summary.users }, (_, userId) => reader.timeline(userId).itemIds);
    const { popularity, transitions } = countTransitions(timelines, reader.summary.items);
    const hits = (score: (timeline: Int32Array, item: number) => number) =>
      timelines.filter((timeline) => rankOfLast(timeline, reader.summary.items, score) < 10).length / timelines.length;
    const popular = hits((_, item) => popularity[item]!);
    const sequential = hits((timeline, item) => {
      const [beforeLast, last] = timeline.slice(-3, -1) as unknown as [number, number];
      return transitions[last]![item]! + 0.3 * transitions[beforeLast]![item]! + 0.001 * popularity[item]!;
    });
    expect(popular).toBeLessThan(0.12);
    expect(sequential).toBeGreaterThan(0.4);
  });

  it('rates what fits the taste of the moment higher', () => {
    const timelines = Array.from({ length: reader.summary.users }, (_, userId) => reader.timeline(userId));
    const byHabit = [0, 0].map(() => ({ sum: 0, count: 0 }));
    for (const { itemIds, eventFeatures } of timelines) {
      for (let index = 10; index < itemIds.length; index++) {
        const recent = itemIds.subarray(index - 10, index).filter((item) => reader.genres[item] === reader.genres[itemIds[index]!]).length;
        const group = byHabit[recent >= 4 ? 1 : 0]!;
        group.sum += Number(reader.vocabulary('rating')[eventFeatures.rating![index]!]);
        group.count += 1;
      }
    }
    const [seldom, often] = byHabit.map((group) => group.sum / group.count) as [number, number];
    expect(often - seldom).toBeGreaterThan(0.2);
  });
});

/** Without each timeline's last event. */
function countTransitions(timelines: Int32Array[], items: number): { popularity: Float64Array; transitions: Float64Array[] } {
  const popularity = new Float64Array(items);
  const transitions = Array.from({ length: items }, () => new Float64Array(items));
  for (const timeline of timelines) {
    for (let index = 0; index < timeline.length - 1; index++) {
      popularity[timeline[index]!]! += 1;
      if (index > 0) transitions[timeline[index - 1]!]![timeline[index]!]! += 1;
    }
  }
  return { popularity, transitions };
}

/** How many unseen items score higher than the last one. */
function rankOfLast(timeline: Int32Array, items: number, score: (timeline: Int32Array, item: number) => number): number {
  const seen = new Set(timeline.subarray(0, -1));
  const label = timeline[timeline.length - 1]!;
  const truth = score(timeline, label);
  let better = 0;
  for (let item = 0; item < items; item++) if (item !== label && !seen.has(item) && score(timeline, item) > truth) better += 1;
  return better;
}
