import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importDataset } from '../../src-main/data/import.ts';
import { AppError } from '../../src-shared/errors.ts';
import { temporaryFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { MOVIES, RATINGS } from './movielensFolder.ts';
import { zipOf } from './zipFile.ts';

async function outcome(name: string, content: string | Buffer) {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  const workspace = temporaryWorkspace();
  const error = await importDataset(workspace, { path, name: 'x' }).then(
    () => null,
    (reason: AppError) => reason,
  );
  expect(workspace.datasets.list()).toEqual([]);
  expect(readdirSync(workspace.temporaryPath)).toEqual([]);
  return error?.message.replaceAll(path, 'PATH');
}

const EXPECTED = 'expected MovieLens, Amazon Review or Google Local data, or a table (CSV, TSV, JSON lines, Parquet)';
const TABLE = 'user,item,timestamp\n';
const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';

describe('a broken download is called what it is:', () => {
  it.each<[string, string, string | Buffer, string]>([
    ['an empty file', 'a.csv', '', `a.csv: ${EXPECTED}, got an empty file; copy or download it again`],
    [
      'a web page',
      'a.json.gz',
      '<!doctype html><title>404</title>',
      `a.json.gz: ${EXPECTED}, got a web page; download the file itself instead of the page about it`,
    ],
    [
      'a Git LFS pointer',
      'a.csv',
      LFS,
      `a.csv: ${EXPECTED}, got a Git LFS pointer; run "git lfs pull" where it came from, or download the file itself`,
    ],
    [
      'a gzipped file cut off',
      'a.csv.gz',
      gzipSync(TABLE.repeat(9)).subarray(0, 20),
      'a.csv.gz: the gzip file ends too early; the download was cut off: download it again',
    ],
    [
      "a tokenizer's vocabulary",
      'encoder.json',
      JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, id) => [`w${id}`, id]))),
      'encoder.json: expected a table of at most 1000 columns, got 1,001, beginning with w0, w1, w2, w3, w4; choose the file with a row for each event',
    ],
    [
      'JSON over several lines',
      'events.json',
      '{\n  "user": 1,\n  "item": 2\n}\n',
      `events.json: ${EXPECTED}, got JSON that is not one object a line; choose another file, or write every event on a line of its own`,
    ],
    [
      'a damaged gzipped file',
      'a.csv.gz',
      Buffer.concat([gzipSync(TABLE).subarray(0, 12), Buffer.alloc(30, 7)]),
      'a.csv.gz: the gzip file is damaged; download it again',
    ],
    [
      'a program',
      'a.bin',
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]),
      `a.bin: ${EXPECTED}, got binary data or UTF-16 text; save it as UTF-8 text`,
    ],
    ['text without columns', 'a.txt', 'hello\nworld\n', `import "PATH": ${EXPECTED}, got another file; choose another one`],
    [
      'a table without usable rows',
      'a.csv',
      `${TABLE},,\n,,\n`,
      'a.csv: expected at least one usable row, got none of 2; line 2: user is empty; check the mapping of its columns',
    ],
    ['a table without rows', 'a.csv', TABLE, 'a.csv: expected at least one usable row, got none; check the mapping of its columns'],
    [
      'a table cut off',
      'a.csv',
      `${TABLE}a,b,1500000000\nc,d`,
      'a.csv: expected a complete last row, got "c,d" in line 3; the file is cut off: copy or download it again',
    ],
    [
      'an archive without data',
      'a.zip',
      zipOf({ 'x/notes.txt': 'hello' }),
      `import "PATH": ${EXPECTED}, got an archive with notes.txt; choose another one`,
    ],
  ])('%s', async (_, name, content, message) => {
    expect(await outcome(name, content)).toBe(message);
  });

  it('a damaged Parquet file', async () => {
    expect(await outcome('a.parquet', Buffer.from('PAR1 and nothing else that fits PAR1'))).toMatch(
      /^a.parquet: the Parquet file is damaged or cut off \(.+\); copy or download it again$/,
    );
  });
});

describe('files with bytes changed at random', () => {
  const review = JSON.stringify({
    reviewerID: 'U1',
    asin: 'B1',
    overall: 4,
    verified: true,
    summary: 's',
    reviewText: 't',
    unixReviewTime: 1529193600,
  });
  const table = `user,item,timestamp,rating,name\n${'a,x,1500000000,4,"One, two"\nb,y,1500000001,3,Two\n'.repeat(4)}`;
  const samples: [string, Record<string, Buffer>][] = [
    ['movielens-csv', { 'ratings.csv': Buffer.from(RATINGS), 'movies.csv': Buffer.from(MOVIES) }],
    [
      'movielens-dat',
      { 'ratings.dat': Buffer.from('1::2::5::978300760\n3::2::4::978300761\n'), 'movies.dat': Buffer.from('2::A (1999)::Drama\n') },
    ],
    ['movielens zip', { 'ml.zip': zipOf({ 'ml/ratings.csv': RATINGS, 'ml/movies.csv': MOVIES }) }],
    [
      'amazon',
      {
        'r.json.gz': gzipSync(`${review}\n`.repeat(5)),
        'meta_r.json': Buffer.from(`{'asin': 'B1', 'title': 'T', 'categories': [['A']]}\n`),
      },
    ],
    ['table', { 't.csv': Buffer.from(table) }],
    ['gzipped table', { 't.csv.gz': gzipSync(table) }],
  ];
  const change = fc.record({
    file: fc.nat(),
    at: fc.nat(),
    kind: fc.constantFrom('set', 'cut', 'insert', 'remove'),
    byte: fc.integer({ min: 0, max: 255 }),
  });

  function mutate(bytes: Buffer, { at, kind, byte }: { at: number; kind: string; byte: number }): Buffer {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    if (kind === 'cut') return bytes.subarray(0, place);
    const middle = kind === 'remove' ? [] : [byte];
    return Buffer.concat([bytes.subarray(0, place), Buffer.from(middle), bytes.subarray(kind === 'insert' ? place : place + 1)]);
  }

  it.each(samples)(
    'of %s give a valid dataset or an error that says so',
    async (_, files) => {
      const workspace = temporaryWorkspace();
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
          const folder = temporaryFolder();
          const contents = Object.entries(files);
          for (const one of changes) {
            const entry = contents[one.file % contents.length]!;
            contents[one.file % contents.length] = [entry[0], mutate(entry[1], one)];
          }
          for (const [name, content] of contents) writeFileSync(join(folder, name), content);
          const error: unknown = await importDataset(workspace, { path: folder, name: 'x' }).then(
            () => null,
            (reason) => reason,
          );
          if (error !== null) expect(error).toBeInstanceOf(AppError);
          else checkDataset(workspace);
          expect(workspace.datasets.list()).toEqual([]);
          expect(readdirSync(workspace.temporaryPath)).toEqual([]);
        }),
        { interruptAfterTimeLimit: 1500, markInterruptAsFailure: false, numRuns: 200 },
      );
    },
    30_000,
  );

  /** Every id is in range and every user has what the summary says; then it is deleted. */
  function checkDataset(workspace: ReturnType<typeof temporaryWorkspace>): void {
    const reader = workspace.datasets.open('x');
    const { users, items, events } = reader.summary;
    let counted = 0;
    for (let userId = 0; userId < users; userId++) {
      const { itemIds, timestampsMs } = reader.timeline(userId);
      expect(itemIds.every((itemId) => itemId >= 0 && itemId < items)).toBe(true);
      expect(timestampsMs).toEqual(timestampsMs.slice().sort());
      counted += itemIds.length;
    }
    expect(counted).toBe(events);
    workspace.datasets.delete('x');
  }
});
