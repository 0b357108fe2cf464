import { cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importDataset, previewImport } from '../../src-main/data/import.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { type ImportProgress, importPreviewSchema, importProgressSchema } from '../../src-shared/dataset.ts';
import { temporaryFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { MOVIES, movielensFolder, RATINGS, ratingsOf, realMovielens } from './movielensFolder.ts';

async function importFiles(files: Parameters<typeof movielensFolder>[0] = {}, workspace: Workspace = temporaryWorkspace()) {
  const summary = await importDataset(workspace, { path: movielensFolder(files), name: 'films' });
  return { summary, workspace, reader: workspace.datasets.open('films') };
}

describe('importing MovieLens CSV files', () => {
  it('gives timelines in time order, ties in the order of the file', async () => {
    const { summary, workspace, reader } = await importFiles();
    expect(summary).toMatchObject({ name: 'films', format: 'movielens-csv', users: 2, items: 4, events: 5, rejected: 0, rejections: [] });
    expect(summary.seconds).toBeGreaterThan(0);
    expect(summary.peakMemoryBytes).toBeGreaterThan(1e6);
    expect(workspace.datasets.timeline('films', 0)).toEqual([
      { itemId: 2, title: 'Untold (2001)', genre: 'Unknown', rating: '3.0', timestampMs: 1_500_000 },
      { itemId: 3, title: 'Alien (1979)', genre: 'Horror', rating: '5.0', timestampMs: 2_000_000 },
      { itemId: 0, title: 'Heat (1995)', genre: 'Action', rating: '0.5', timestampMs: 2_000_000 },
    ]);
    expect(reader.timeline(1).itemIds).toEqual(Int32Array.of(1, 0));
    expect(workspace.datasets.open('films').sourceIds().users).toEqual(['1', '2']);
  });

  it('makes the vocabularies from the whole catalogue, in file order', async () => {
    const { reader } = await importFiles();
    expect(reader.vocabulary('title')).toEqual([
      '[PAD]',
      '[OOV]',
      'Heat (1995)',
      'American President, The (1995)',
      'Untold (2001)',
      'Alien (1979)',
    ]);
    expect(reader.itemFeature('title')).toEqual(Int32Array.of(2, 3, 4, 5));
    expect(reader.vocabulary('genre')).toEqual(['[PAD]', '[OOV]', 'Action', 'Comedy', 'Horror', 'Unknown']);
    expect(reader.itemFeature('genre')).toEqual(Int32Array.of(2, 3, 5, 4));
    expect(reader.vocabulary('rating')).toEqual(['[PAD]', '[OOV]', '0.5', '3.0', '3.5', '4.0', '5.0']);
    expect(reader.timeline(0).eventFeatures.rating).toEqual(Int32Array.of(3, 6, 2));
  });

  it('keeps all listed genres in the item', async () => {
    const { workspace } = await importFiles();
    const genres = workspace.database.prepare('SELECT genres FROM items ORDER BY itemId').pluck().all();
    expect(genres.map((text) => JSON.parse(text as string))).toEqual([
      ['Action', 'Crime', 'Thriller'],
      ['Comedy', 'Drama', 'Romance'],
      [],
      ['Horror', 'Sci-Fi'],
    ]);
  });

  it('is the same with a byte-order mark, CRLF, spaces, quotes, blank lines, moved and further columns', async () => {
    const { summary: plain } = await importFiles();
    const windows = (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`;
    const variants = [
      { ratings: windows(RATINGS), movies: windows(MOVIES) },
      { ratings: RATINGS.replaceAll(',', ' , ').replaceAll('\n', ' \n\n') },
      { ratings: RATINGS.replaceAll(/(\d[\d.]*)/g, '"$1"') },
      { ratings: RATINGS.trimEnd() },
      { ratings: RATINGS.replaceAll(/^(.*),(.*),(.*),(.*)$/gm, 'note,$4,$2,$3,$1').replace('note', 'comment') },
      { movies: MOVIES.replace('Heat (1995)', '  Heat (1995)  ').replace('Action|Crime', ' Action | Crime ') },
    ];
    for (const variant of variants) {
      const { summary } = await importFiles(variant);
      expect([variant, summary.fingerprint, summary.rejected]).toEqual([variant, plain.fingerprint, 0]);
    }
  });

  it('reads titles with quotes, commas, letters of any script and line breaks; equal titles stay different items', async () => {
    const movies =
      'movieId,title,genres\n1,"""Great"" One, The (1994)",Drama\n2,Amélie 東京 (2001),Comedy\n3,"Two\nLines (2000)",Drama\n4,Amélie 東京 (2001),Drama\n';
    const { reader } = await importFiles({ movies, ratings: ratingsOf('1,4,3,5', '1,2,3,6') });
    expect(reader.titles).toEqual(['"Great" One, The (1994)', 'Amélie 東京 (2001)', 'Two Lines (2000)', 'Amélie 東京 (2001)']);
    expect(reader.timeline(0).itemIds).toEqual(Int32Array.of(3, 1));
  });

  it('ignores the other files of the folder, and takes a file of the folder for the folder', async () => {
    const folder = movielensFolder();
    for (const name of ['tags.csv', 'reviews.csv']) writeFileSync(join(folder, name), 'not,a\nreadable"file');
    const workspace = temporaryWorkspace();
    const summary = await importDataset(workspace, { path: join(folder, 'ratings.csv'), name: 'films' });
    expect(summary).toMatchObject({ events: 5, sourcePath: folder });
  });

  it('names a copy of what was dropped on a page by its name, since the copy does not stay', async () => {
    const workspace = temporaryWorkspace();
    const folder = join(workspace.temporaryPath, 'dropped-1-abcdef', 'drop-0001', 'films');
    cpSync(movielensFolder(), folder, { recursive: true });
    const summary = await importDataset(workspace, { path: folder, name: 'films' });
    expect(summary).toMatchObject({ events: 5, sourcePath: 'films (dropped on the page)' });
    const alone = join(workspace.temporaryPath, 'dropped-1-abcdef', 'drop-0002', 'ratings.csv');
    cpSync(movielensFolder(), dirname(alone), { recursive: true });
    const second = await importDataset(workspace, { path: alone, name: 'alone' });
    expect(second).toMatchObject({ events: 5, sourcePath: 'ratings.csv (dropped on the page)' });
  });

  it('reports every malformed row with file, line and reason, and keeps the others', async () => {
    const ratings = ratingsOf(
      '1,10,4.0,100',
      '1,10,4.0',
      '1,10,4.0,100,7',
      'x,10,4.0,100',
      '',
      '1,-10,4.0,100',
      '1,10,good,100',
      '1,10,5.5,100',
      '1,10,0,100',
      '1,10,4.0,84743496 https://example.org',
      '1,10,4.0,964982703000',
      '1,99,4.0,100',
      '1,10,"4.0',
      '4294967296,10,4.0,100',
      '1,10,"4.0"x,100',
      '1,10,1e0,100',
      '1.5,10,4.0,100',
      '1,20,3.0,101',
    );
    const { summary } = await importFiles({ ratings });
    expect(summary).toMatchObject({ events: 2, rejected: 15 });
    expect(summary.rejections.every((rejection) => rejection.file === 'ratings.csv')).toBe(true);
    expect(summary.rejections.map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
      '3: expected 4 columns, got 3',
      '4: expected 4 columns, got 5',
      '5: userId "x" is not a whole number',
      '7: movieId "-10" is not a whole number',
      '8: rating "good" is not a number',
      '9: rating 5.5 is out of range (0.5 to 5)',
      '10: rating 0 is out of range (0.5 to 5)',
      '11: timestamp "84743496 https://example.org" is not a whole number',
      '12: timestamp 964982703000 is out of range (seconds since 1970, at most 4102444800)',
      '13: movieId 99 is not in movies.csv',
      '14: a quote is opened and never closed',
      '15: userId 4294967296 is out of range (0 to 4294967295)',
      '16: text follows a closing quote',
      '17: rating "1e0" is not a number',
      '18: userId "1.5" is not a whole number',
    ]);
  });

  it('counts true lines after quoted line breaks', async () => {
    const ratings = 'userId,movieId,rating,timestamp,note\n1,10,4.0,100,"first\nsecond\nthird"\n1,10,4.0,x,ok\n1,20,3.0,5,"a\nb"\n';
    const { summary } = await importFiles({ ratings });
    expect(summary).toMatchObject({ events: 2, rejections: [{ line: 5, reason: 'timestamp "x" is not a whole number' }] });
  });

  it('reports rows of movies.csv that cannot be used, before the ratings that miss them', async () => {
    const movies = `${MOVIES}x,No (1990),Drama\n10,Again (1990),Drama\n50,"  ",Drama\n60,Short\n`;
    const { summary } = await importFiles({ movies, ratings: ratingsOf('1,60,3,1', '1,10,3,2') });
    expect(summary.items).toBe(4);
    expect(summary.rejected).toBe(1);
    expect(summary.rejections).toEqual([
      { file: 'movies.csv', line: 6, reason: 'movieId "x" is not a whole number' },
      { file: 'movies.csv', line: 7, reason: 'movieId 10 is already in line 2' },
      { file: 'movies.csv', line: 8, reason: 'the title is empty' },
      { file: 'movies.csv', line: 9, reason: 'expected 3 columns, got 2' },
      { file: 'ratings.csv', line: 2, reason: 'movieId 60 is not in movies.csv' },
    ]);
  });
});

describe('whatever the rows are', () => {
  const row = fc.tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom(10, 20, 30, 40),
    fc.integer({ min: 1, max: 10 }),
    fc.integer({ min: 0, max: 5 }),
  );
  const text = ([user, movie, stars, timestamp]: number[]) => `${user},${movie},${stars! / 2},${timestamp}`;

  it('accepted and rejected ones add up', async () => {
    const garbage = fc.string({ minLength: 1, maxLength: 20 }).filter((line) => line.trim() !== '' && !/["\n\r]/.test(line));
    const line = fc.oneof(
      row.map(text),
      garbage,
      row.map((values) => `${text(values)},extra`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const { summary, workspace } = await importFiles({ ratings: ratingsOf('1,10,3,1', ...lines) });
        expect(summary.events + summary.rejected).toBe(lines.length + 1);
        workspace.close();
      }),
      { numRuns: 15 },
    );
  });

  it('the order of users among each other does not change the fingerprint', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const byUser = [...Map.groupBy(rows, ([user]) => user).values()];
        const first = await importFiles({ ratings: ratingsOf(...rows.map(text)) });
        const second = await importFiles({ ratings: ratingsOf(...byUser.reverse().flat().map(text)) });
        expect(second.summary.fingerprint).toBe(first.summary.fingerprint);
        for (const { workspace } of [first, second]) workspace.close();
      }),
      { numRuns: 10 },
    );
  });

  it('the order of tied events of one user does change it', async () => {
    const first = await importFiles({ ratings: ratingsOf('1,10,3,7', '1,20,3,7') });
    const second = await importFiles({ ratings: ratingsOf('1,20,3,7', '1,10,3,7') });
    expect(second.summary.fingerprint).not.toBe(first.summary.fingerprint);
  });
});

describe('what cannot be imported is refused in words that help, and leaves nothing:', () => {
  async function refusal(path: string, name = 'films', workspace = temporaryWorkspace()) {
    const error = await importDataset(workspace, { path, name }).then(
      () => null,
      (reason) => reason,
    );
    expect(workspace.datasets.list()).toEqual([]);
    expect(readdirSync(workspace.temporaryPath)).toEqual([]);
    return { code: error.code, message: error.message.replaceAll(path, 'PATH') };
  }
  const header = 'expected the header line "userId,movieId,rating,timestamp"';
  const movieHeader = 'expected the header line "movieId,title,genres"';

  it.each<[string, Parameters<typeof movielensFolder>[0], string, string]>([
    [
      'no movies.csv',
      { movies: null },
      'file-not-found',
      'import "PATH": expected movies.csv beside ratings.csv, but there is none; put the movies.csv of the same data set there',
    ],
    [
      'no ratings.csv',
      { ratings: null },
      'file-not-found',
      'import "PATH": expected ratings.csv beside movies.csv, but there is none; put the ratings.csv of the same data set there',
    ],
    ['an empty file', { ratings: '' }, 'import-failed', `ratings.csv: ${header}, got an empty file; copy or download it again`],
    ['blank lines only', { ratings: '\n \n' }, 'import-failed', `ratings.csv: ${header}, got blank lines only; copy or download it again`],
    [
      'a web page',
      { ratings: '<!DOCTYPE html>\n<html><body>404</body></html>' },
      'import-failed',
      `ratings.csv: ${header}, got a web page; download the file itself instead of the page about it`,
    ],
    [
      'a compressed file',
      { movies: Buffer.from('PK\u0003\u0004abc') },
      'import-failed',
      `movies.csv: ${movieHeader}, got a compressed file; unpack it first`,
    ],
    [
      'UTF-16 text',
      { ratings: Buffer.from(RATINGS, 'utf16le') },
      'import-failed',
      `ratings.csv: ${header}, got binary data or UTF-16 text; save it as UTF-8 text`,
    ],
    [
      'no header',
      { ratings: '1,10,4.0,964982703\n' },
      'import-failed',
      `ratings.csv: ${header}, got "1,10,4.0,964982703"; add the header as the first line`,
    ],
    [
      'another header',
      { movies: 'id,name\n1,x\n' },
      'import-failed',
      `movies.csv: ${movieHeader}, got "id,name"; add the header as the first line`,
    ],
    [
      'a header only',
      { ratings: ratingsOf() },
      'import-failed',
      'ratings.csv: expected at least one usable row, got none; check that ratings.csv and movies.csv belong together',
    ],
    [
      'no usable row',
      { ratings: ratingsOf('1,98,4.0,1', '1,99,4.0,1') },
      'import-failed',
      'ratings.csv: expected at least one usable row, got none of 2; line 2: movieId 98 is not in movies.csv; check that ratings.csv and movies.csv belong together',
    ],
    [
      'no usable movie',
      { movies: 'movieId,title,genres\nx,y,z\n' },
      'import-failed',
      'movies.csv: expected at least one movie, got none; line 2: movieId "x" is not a whole number; check that this is the MovieLens movies.csv',
    ],
    [
      'ratings cut off',
      { ratings: `${RATINGS}2,3` },
      'import-failed',
      'ratings.csv: expected a complete last row, got "2,3" in line 7; the file is cut off: copy or download it again',
    ],
    [
      'movies cut off within quotes',
      { movies: `${MOVIES}50,"Half of a ti` },
      'import-failed',
      'movies.csv: expected a complete last row, got "a quote is opened and never closed" in line 6; the file is cut off: copy or download it again',
    ],
  ])('%s', async (_, files, code, message) => {
    expect(await refusal(movielensFolder(files))).toEqual({ code, message });
  });

  it('a path that is not there', async () => {
    expect(await refusal(join(temporaryFolder(), 'nowhere'))).toEqual({
      code: 'file-not-found',
      message: 'import "PATH": expected a file or folder, but there is none of this name; check the path',
    });
  });

  it('a folder or file of another kind', async () => {
    const folder = temporaryFolder();
    const expected = 'expected MovieLens, Amazon Review or Google Local data, or a table (CSV, TSV, JSON lines, Parquet)';
    expect(await refusal(folder)).toEqual({
      code: 'format-unknown',
      message: `import "PATH": ${expected}, got a folder without files; choose another one`,
    });
    writeFileSync(join(folder, 'notes.docx'), 'x');
    mkdirSync(join(folder, 'inner'));
    expect((await refusal(folder)).message).toBe(`import "PATH": ${expected}, got a folder with notes.docx; choose another one`);
    expect((await refusal(join(folder, 'notes.docx'))).message).toBe(`import "PATH": ${expected}, got another file; choose another one`);
    writeFileSync(join(folder, 'ratings.csv'), 'hotel,stars\nRitz,5\n');
    expect((await refusal(folder)).code).toBe('format-unknown');
  });

  it('a name that cannot be one', async () => {
    expect(await refusal(movielensFolder(), '../x')).toEqual({
      code: 'input-invalid',
      message:
        'import: the name "../x" cannot be used: a dataset name starts with a letter or digit and holds letters, digits, space, ".", "_" or "-"',
    });
  });

  it('a name that is taken, also when another import took it meanwhile', async () => {
    const workspace = temporaryWorkspace();
    const path = movielensFolder();
    const results = await Promise.allSettled([1, 2].map(() => importDataset(workspace, { path, name: 'films' })));
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed.map((result) => result.reason.code)).toEqual(['dataset-exists']);
    await expect(importDataset(workspace, { path, name: 'films' })).rejects.toThrow(
      'import: there is already a dataset named "films"; choose another name or delete that one',
    );
    expect(workspace.datasets.list()).toHaveLength(1);
  });
});

describe('progress and cancelling', () => {
  it('goes through the phases in order and ends with the number of rows', async () => {
    const messages: ImportProgress[] = [];
    const onProgress = (progress: ImportProgress) => messages.push(progress);
    await importDataset(temporaryWorkspace(), { path: movielensFolder(), name: 'films', importId: 'i1', onProgress });
    // A slow machine may hear of a phase more than once.
    expect([...new Set(messages.map((message) => message.phase))]).toEqual(['reading', 'sorting', 'packing', 'saving', 'done']);
    expect(messages.at(-1)).toMatchObject({ importId: 'i1', name: 'films', rows: 5, totalRows: 5, error: null });
    expect(importProgressSchema.array().parse(messages)).toEqual(messages);
  });

  it.each<ImportProgress['phase']>(['reading', 'sorting', 'packing'])('ends when cancelled while %s, and keeps nothing', async (phase) => {
    const workspace = temporaryWorkspace();
    const controller = new AbortController();
    const onProgress = (progress: ImportProgress) => progress.phase === phase && controller.abort();
    const running = importDataset(workspace, { path: movielensFolder(), name: 'films', onProgress, signal: controller.signal });
    await expect(running).rejects.toMatchObject({ code: 'cancelled', message: 'import "films": cancelled; nothing was kept' });
    expect(workspace.datasets.list()).toEqual([]);
    expect(readdirSync(workspace.temporaryPath)).toEqual([]);
  });

  it('does not start when it was cancelled before', async () => {
    const options = { path: movielensFolder(), name: 'films', signal: AbortSignal.abort() };
    await expect(importDataset(temporaryWorkspace(), options)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a preview', () => {
  it('shows files, columns and the first hundred rows as they stand', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => `${index},10,4.0,${index}`);
    const folder = movielensFolder({ ratings: ratingsOf(...rows) });
    const preview = await previewImport(folder);
    expect(importPreviewSchema.parse(preview)).toEqual(preview);
    expect(preview).toMatchObject({ path: folder, format: 'movielens-csv', columns: ['userId', 'movieId', 'rating', 'timestamp'] });
    expect(preview.rows).toHaveLength(100);
    expect(preview.rows[99]).toEqual(['99', '10', '4.0', '99']);
    expect(preview.files).toEqual([
      { name: 'ratings.csv', sizeBytes: expect.any(Number) },
      { name: 'movies.csv', sizeBytes: Buffer.byteLength(MOVIES) },
    ]);
  });

  it('suggests the name of the folder, made usable', async () => {
    const folder = join(temporaryFolder(), '(ml) latest+small');
    renameSync(movielensFolder(), folder);
    expect((await previewImport(folder)).suggestedName).toBe('ml- latest-small');
  });

  it('refuses what the import would refuse', async () => {
    await expect(previewImport(movielensFolder({ ratings: '' }))).rejects.toMatchObject({ code: 'import-failed' });
    await expect(previewImport(temporaryFolder())).rejects.toMatchObject({ code: 'format-unknown' });
  });
});

const real = realMovielens();
describe.runIf(real !== null)('MovieLens latest-small', () => {
  it('is imported whole', async () => {
    const workspace = temporaryWorkspace();
    const summary = await importDataset(workspace, { path: real!, name: 'ml-latest-small' });
    expect(summary).toMatchObject({ users: 610, items: 9742, events: 100_836, rejected: 0, rejections: [] });
    const report = workspace.datasets.report('ml-latest-small');
    expect(report.eventsPerUserQuantiles).toMatchObject({ min: 20, max: 2698 });
    expect(report.popularItems[0]).toEqual({ value: 'Forrest Gump (1994)', count: 329 });
  });

  it('as it was found, with an address pasted into line 522, loses that row only', async () => {
    const folder = temporaryFolder();
    cpSync(join(real!, 'ratings.as-found.csv'), join(folder, 'ratings.csv'));
    cpSync(join(real!, 'movies.csv'), join(folder, 'movies.csv'));
    const summary = await importDataset(temporaryWorkspace(), { path: folder, name: 'as-found' });
    expect(summary).toMatchObject({ users: 610, items: 9742, events: 100_835, rejected: 1 });
    expect(summary.rejections).toEqual([
      {
        file: 'ratings.csv',
        line: 522,
        reason: 'timestamp "84743496 https://files.grouplens.org/datasets/movielens/ml-latest-small1" is not a whole number',
      },
    ]);
  });
});
