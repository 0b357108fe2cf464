import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importDataset, previewImport } from '../../src-main/data/import.ts';
import { guessMapping } from '../../src-main/data/table/guessMapping.ts';
import { guessTimeFormat, parseTime } from '../../src-main/data/table/times.ts';
import { type TableMapping, tableMappingSchema } from '../../src-shared/dataset.ts';
import { temporaryFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { zipOf } from './zipFile.ts';

function fileWith(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

async function importPath(path: string, mapping: TableMapping | null = null) {
  const workspace = temporaryWorkspace();
  const summary = await importDataset(workspace, { path, name: 'table', mapping });
  return { summary, workspace, reader: workspace.datasets.open('table') };
}

const COLUMNS = ['user_id', 'product', 'when', 'stars', 'genre', 'name', 'comment'];
type Row = (string | number)[];
const ROWS: Row[] = [
  ['u2', 'p1', 1500000000, 4, 'Drama|War', 'One', 'good, "very"'],
  ['u1', 'p2', 1500000005, 3.5, 'Comedy', 'Two', ''],
  ['u1', 'p1', 1500000001, 5, 'Drama|War', 'One', 'naïve'],
];
const MAPPING = tableMappingSchema.parse({
  user: 'user_id',
  item: 'product',
  time: 'when',
  timeFormat: 'seconds',
  rating: 'stars',
  category: 'genre',
  categorySeparator: '|',
  title: 'name',
  texts: ['comment'],
});

const quoted = (value: string | number) => `"${String(value).replaceAll('"', '""')}"`;
const csvOf = (rows: readonly Row[], delimiter = ',') => [COLUMNS, ...rows].map((row) => `${row.map(quoted).join(delimiter)}\n`).join('');
const jsonOf = (rows: readonly Row[]) =>
  rows.map((row) => `${JSON.stringify(Object.fromEntries(COLUMNS.map((name, index) => [name, row[index]])))}\n`).join('');

async function parquetOf(rows: readonly Row[]): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'rows.json'), jsonOf(rows));
  const connection = await (await DuckDBInstance.create()).connect();
  const types = COLUMNS.map((name) => `'${name}': '${{ when: 'BIGINT', stars: 'DOUBLE' }[name] ?? 'VARCHAR'}'`).join(', ');
  await connection.run(
    `COPY (SELECT * FROM read_json('${folder}/rows.json', format = 'newline_delimited', columns = {${types}})) TO '${folder}/rows.parquet' (FORMAT parquet)`,
  );
  connection.disconnectSync();
  return join(folder, 'rows.parquet');
}

describe('a table', () => {
  it('becomes timelines by its mapping', async () => {
    const { summary, workspace, reader } = await importPath(fileWith('t.csv', csvOf(ROWS)), MAPPING);
    expect(summary).toMatchObject({ format: 'table', users: 2, items: 2, events: 3, rejected: 0, textFeatures: ['comment'] });
    expect(workspace.datasets.timeline('table', 0).map(({ title, rating, timestampMs }) => [title, rating, timestampMs])).toEqual([
      ['One', '5.0', 1500000001000],
      ['Two', '3.5', 1500000005000],
    ]);
    expect(reader.genres).toEqual(['Drama', 'Comedy']);
    expect(reader.texts(1, 'comment')).toEqual(['good, "very"']);
  });

  it('may have further features, no rating and no time', async () => {
    const mapping = tableMappingSchema.parse({ user: 'u', item: 'i', features: ['device', 'rating'] });
    const { reader } = await importPath(fileWith('t.csv', 'u,i,device,rating\na,x,tv,1\na,y,,2\na,x,phone,1\n'), mapping);
    expect(reader.summary.features.map((feature) => feature.name)).toEqual(['title', 'device', 'rating (event)']);
    expect(reader.vocabulary('device')).toEqual(['[PAD]', '[OOV]', 'phone', 'tv', 'Unknown']);
    expect(reader.timeline(0).eventFeatures.device).toEqual(Int32Array.of(3, 4, 2));
    expect(reader.timeline(0).itemIds).toEqual(Int32Array.of(0, 1, 0));
  });

  it('is the same as CSV, TSV, JSON lines and Parquet, gzipped and zipped, in any order of its rows', async () => {
    const row = fc.tuple(
      fc.constantFrom('u1', 'u2', '7', '10'),
      fc.constantFrom('p1', 'p2', '3'),
      fc.integer({ min: 1e9, max: 1e9 + 5 }),
      fc.constantFrom(1, 2.5, 4),
      fc.constantFrom('Drama|War', 'Comedy', ''),
      fc.constantFrom('One', 'Two', ''),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/[\r\n\0]/g, ' ').trim()),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat(1000)), async (rows, keys) => {
        // Users in another order, and each one's rows by time: those of one time stay as they are.
        const key = new Map(rows.map(([user]) => [user, keys.next().value]));
        const moved = rows.toSorted((a, b) => key.get(a[0])! - key.get(b[0])! || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) || b[2] - a[2]);
        const variants = [
          fileWith('t.csv', csvOf(rows)),
          fileWith('t.tsv', csvOf(moved, '\t')),
          fileWith('t.jsonl', jsonOf(rows)),
          fileWith('t.json.gz', gzipSync(jsonOf(moved))),
          fileWith('t.zip', zipOf({ 'a/t.csv': csvOf(rows) })),
          await parquetOf(rows),
        ];
        const fingerprints = new Set<string>();
        for (const path of variants) {
          const { summary, workspace } = await importPath(path, MAPPING);
          expect(summary.events).toBe(rows.length);
          fingerprints.add(summary.fingerprint);
          workspace.close();
        }
        expect(fingerprints.size).toBe(1);
      }),
      { numRuns: 4 },
    );
  }, 60_000);

  it('accepts or rejects every row, and says why', async () => {
    const text = 'user,item,timestamp,rating\na,x,1500000000,4\n,x,1500000000,4\nb,,1500000000,4\nb,x,soon,4\nb,x,1500000000,good\nb,x\n';
    const { summary } = await importPath(fileWith('t.csv', text));
    expect(summary).toMatchObject({ events: 1, rejected: 5 });
    expect(summary.rejections.map(({ file, line, reason }) => `${file}:${line}: ${reason}`)).toEqual([
      't.csv:3: user is empty',
      't.csv:4: item is empty',
      't.csv:5: timestamp "soon" is not a time (seconds)',
      't.csv:6: rating "good" is not a number',
      't.csv:7: expected 4 columns, got 2',
    ]);
  });

  it('is shown with the guessed mapping, also where that is not enough to import it', async () => {
    expect(await previewImport(fileWith('t.csv', csvOf(ROWS)))).toMatchObject({ mapping: MAPPING, firstLine: 2 });
    expect(await previewImport(fileWith('t.jsonl', jsonOf(ROWS)))).toMatchObject({ firstLine: 1 });
    expect(await previewImport(fileWith('t.csv', 'u1,p1,1500000000\n'))).toMatchObject({ firstLine: 1 });
    const path = fileWith('odd.csv', 'alpha,beta\nx,y\n');
    expect((await previewImport(path)).mapping).toMatchObject({ user: null, item: null });
    await expect(importPath(path)).rejects.toMatchObject({
      message: 'odd.csv: cannot tell which column is the user among alpha, beta; give a mapping, such as user=<column>,item=<column>',
    });
    await expect(importPath(path, tableMappingSchema.parse({ user: 'alpha', item: 'gamma' }))).rejects.toMatchObject({
      message: 'odd.csv: the mapping names a column "gamma", but there are alpha, beta; correct the mapping',
    });
  });
});

describe('guesses', () => {
  it.each([
    ['userId,songId,ts', ['1', 's', '1500000000'], { user: 'userId', item: 'songId', time: 'ts', timeFormat: 'seconds', rating: null }],
    [
      'reviewerID,asin,overall,date',
      ['a', 'b', '4', '2018-01-31'],
      { user: 'reviewerID', item: 'asin', time: 'date', timeFormat: 'iso', rating: 'overall' },
    ],
    [
      'Customer ID,Product ID,Review Date,Score',
      ['a', 'b', '31/12/2019', '7'],
      { user: 'Customer ID', item: 'Product ID', timeFormat: 'day-first', rating: 'Score' },
    ],
    [
      'column 1,column 2,column 3,column 4',
      ['A1', 'B2', '5.0', '1393545600'],
      { user: 'column 1', item: 'column 2', time: 'column 4', rating: 'column 3' },
    ],
  ])('for %s', (columns, row, expected) => {
    expect(guessMapping(columns.split(','), [row, [...row.slice(0, -1), row.at(-1)!.replace(/0$/, '1')]])).toMatchObject(expected);
  });

  it.each([
    [['1393545600'], 'seconds'],
    [['1588687728923', ''], 'milliseconds'],
    [['1588687728923000'], 'microseconds'],
    [['2018-06-17', '2018-06-18T10:00:00Z'], 'iso'],
    [['06 17, 2018'], 'month-first'],
    [['17.06.2018'], 'day-first'],
    [['4', '5'], null],
    [['x'], null],
    [[], null],
  ] as const)('that times like %j are %s', (texts, format) => {
    expect(guessTimeFormat(texts)).toBe(format);
  });
});

describe('times', () => {
  it.each([
    ['1500000000.5', 'seconds', 1500000000500],
    ['2018-06-17', 'iso', Date.UTC(2018, 5, 17)],
    ['2018-06-17 10:20:30.25', 'iso', Date.UTC(2018, 5, 17, 10, 20, 30, 250)],
    ['2018-06-17T10:20:30+02:00', 'iso', Date.UTC(2018, 5, 17, 8, 20, 30)],
    ['06 17, 2018', 'month-first', Date.UTC(2018, 5, 17)],
    ['17.06.2018 10:20', 'day-first', Date.UTC(2018, 5, 17, 10, 20)],
    ['2018-02-30', 'iso', null],
    ['2018-01-01 10:61', 'iso', null],
    ['1e300', 'seconds', null],
    ['', 'seconds', null],
  ] as const)('%s as %s is %s', (text, format, timeMs) => {
    expect(parseTime(text, format)).toBe(timeMs);
  });
});
