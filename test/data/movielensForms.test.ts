import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importDataset, previewImport } from '../../src-main/data/import.ts';
import { temporaryFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { MOVIES, movielensFolder, RATINGS } from './movielensFolder.ts';
import { zipOf } from './zipFile.ts';

function folderWith(files: Record<string, string | Buffer>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

async function importPath(path: string) {
  const workspace = temporaryWorkspace();
  const summary = await importDataset(workspace, { path, name: 'films' });
  return { summary, workspace, reader: workspace.datasets.open('films') };
}

const DAT = {
  'ratings.dat': '1::1193::5::978300760\n1::661::3.5::978302109\n2::1193::4::978298413\nx::1::3::1\n',
  'movies.dat': Buffer.from('661::Le Thé (1996)::Animation|Children\'s\n1193::"Nest" (1975)::Drama\n', 'latin1'),
};
const FLAGS = (...set: number[]) => Array.from({ length: 19 }, (_, index) => (set.includes(index) ? 1 : 0)).join('|');
const ML100K = {
  'u.data': '196\t242\t3\t881250949\n186\t302\t3\t891717742\n196\t302\t4\t881250949\n',
  'u.item': Buffer.from(`242|Kolyá (1996)|24-Jan-1997||http://x|${FLAGS(5)}\n302|unknown||||${FLAGS(0)}\n`, 'latin1'),
  'u.user': '1|24|M|technician|85711\n',
  'u1.base': '196\t242\t3\t881250949\n',
};

describe('MovieLens', () => {
  it('in .dat files, with half stars, quotes in titles and Latin-1', async () => {
    const { summary, reader } = await importPath(folderWith(DAT));
    expect(summary).toMatchObject({ format: 'movielens-dat', users: 2, items: 2, events: 3, rejected: 1 });
    expect(summary.rejections).toEqual([{ file: 'ratings.dat', line: 4, reason: 'userId "x" is not a whole number' }]);
    expect(reader.titles).toEqual(['Le Thé (1996)', '"Nest" (1975)']);
    expect(reader.vocabulary('genre').slice(2)).toEqual(['Animation', 'Drama']);
    expect(reader.vocabulary('rating').slice(2)).toEqual(['3.5', '4.0', '5.0']);
    expect(reader.timeline(0).timestampsMs).toEqual(Float64Array.of(978300760000, 978302109000));
  });

  it('in UTF-8 .dat files reads letters beyond Latin-1', async () => {
    const { reader } = await importPath(folderWith({ ...DAT, 'movies.dat': '661::東京 (1996)::Drama\n1193::Ł (1975)::Drama\n' }));
    expect(reader.titles).toEqual(['東京 (1996)', 'Ł (1975)']);
  });

  it('100K, with genre flags', async () => {
    const { summary, reader } = await importPath(folderWith(ML100K));
    expect(summary).toMatchObject({ format: 'movielens-100k', users: 2, items: 2, events: 3, rejected: 0 });
    expect(reader.titles).toEqual(['Kolyá (1996)', 'unknown']);
    expect(reader.genres).toEqual(['Comedy', 'Unknown']);
  });

  it('is the same as folder, original archive and gzipped files', async () => {
    const zip = join(temporaryFolder(), 'ml-test.zip');
    writeFileSync(zip, zipOf({ 'ml-test/README.txt': 'hello', 'ml-test/ratings.csv': RATINGS, 'ml-test/movies.csv': MOVIES }));
    const gzipped = folderWith({ 'ratings.csv.gz': gzipSync(RATINGS), 'movies.csv.gz': gzipSync(MOVIES) });
    const results = await Promise.all([movielensFolder(), zip, gzipped].map(importPath));
    expect(new Set(results.map(({ summary }) => summary.fingerprint)).size).toBe(1);
    expect(results[1]!.summary).toMatchObject({ format: 'movielens-csv', events: 5 });
    expect(await previewImport(zip)).toMatchObject({ suggestedName: 'ml-test', columns: ['userId', 'movieId', 'rating', 'timestamp'] });
  });

  it('is told by its content where files have other names', async () => {
    const { summary } = await importPath(folderWith({ 'stars.txt': DAT['ratings.dat'], 'films.txt': DAT['movies.dat'] }));
    expect(summary).toMatchObject({ format: 'movielens-dat', events: 3 });
  });

  it.each([
    [
      'cut off',
      zipOf({ 'ratings.csv': RATINGS, 'movies.csv': MOVIES }).subarray(0, 200),
      /the zip archive is damaged or cut off \(.+\); download it again/,
    ],
    [
      'with a wrong checksum',
      (() => {
        const bytes = zipOf({ 'ratings.csv': RATINGS, 'movies.csv': MOVIES });
        // The checksum in the entry of ratings.csv within the directory.
        bytes.writeUInt32LE(1, bytes.lastIndexOf(Buffer.from('ratings.csv')) - 46 + 16);
        return bytes;
      })(),
      /wrong checksum of ratings.csv/,
    ],
  ])('refuses an archive %s', async (_, bytes, message) => {
    const zip = join(temporaryFolder(), 'ml.zip');
    writeFileSync(zip, bytes);
    await expect(importPath(zip)).rejects.toMatchObject({ code: 'import-failed', message: expect.stringMatching(message) });
  });

  it('refuses a gzipped file that is cut off', async () => {
    const bytes = gzipSync(RATINGS.repeat(2000));
    const folder = folderWith({ 'ratings.csv.gz': bytes.subarray(0, bytes.length - 20), 'movies.csv': MOVIES });
    await expect(importPath(folder)).rejects.toMatchObject({
      code: 'import-failed',
      message: 'ratings.csv.gz: the gzip file ends too early; the download was cut off: download it again',
    });
  });
});
