import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../src-main/data/views/datasetView.ts';
import { exportEvents } from '../../../src-main/data/views/exportEvents.ts';
import { temporaryFileName } from '../../../src-main/store/temporary.ts';
import { datasetViewSchema } from '../../../src-shared/datasetView.ts';
import { films, temporaryFolder, temporaryWorkspace, timelineOf } from '../../store/temporaryWorkspace.ts';

const odd = { ...films, items: [{ ...films.items[0]!, externalId: 'a,"b' }, ...films.items.slice(1)] };

function prepare() {
  const workspace = temporaryWorkspace();
  const people = [timelineOf('7', [0, 1], [2, 3]), timelineOf('line\nbreak', [2])];
  workspace.datasets.insert({ name: 'films', format: 'movielens-csv', sourcePath: 'made up' }, odd, people);
  const folder = temporaryFolder();
  const save = (name: string, overwrite = false) =>
    exportEvents(workspace.datasets.open('films'), {
      path: join(folder, name),
      overwrite,
      temporaryPath: workspace.temporaryPath,
    });
  return { workspace, folder, save };
}

const CSV = `user,item,title,genre,rating,timestamp
7,"a,""b",Heat (1995),Action,3.5,1970-01-01T00:00:01.000Z
7,20,Alien (1979),Horror,5.0,1970-01-01T00:00:02.000Z
"line
break",30,Untold (2001),Unknown,3.5,1970-01-01T00:00:01.000Z
`;

describe('the events of a dataset', () => {
  it('are written as CSV, a row an event, with the ids of the source', async () => {
    const { folder, save } = prepare();
    const path = join(folder, 'new', 'films.csv');
    expect(await save('new/films.csv')).toEqual({ path, events: 3, sizeBytes: CSV.length });
    expect(readFileSync(path, 'utf8')).toBe(CSV);
  });

  it('are written as Parquet, with ratings as numbers and times as timestamps', async () => {
    const { folder, save, workspace } = prepare();
    await save('films.parquet');
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll(
      `SELECT "user", item, title, genre, rating, epoch_ms("timestamp") AS ms FROM '${join(folder, 'films.parquet')}'`,
    );
    expect(result.getRowsJson()).toEqual([
      ['7', 'a,"b', 'Heat (1995)', 'Action', 3.5, '1000'],
      ['7', '20', 'Alien (1979)', 'Horror', 5, '2000'],
      ['line\nbreak', '30', 'Untold (2001)', 'Unknown', 3.5, '1000'],
    ]);
    expect(readdirSync(workspace.temporaryPath)).toEqual([]);
  });

  it('go with what people wrote with them', async () => {
    const { workspace, folder } = prepare();
    const texts = { review: ['good, "very"', ''], summary: ['\u00a0two\nlines', 'naïve'] };
    const people = [{ ...timelineOf('7', [0, 1], [2, 3]), texts }];
    workspace.datasets.insert({ name: 'told', format: 'table', sourcePath: '' }, { ...films, textFeatures: ['summary', 'review'] }, people);
    const save = (name: string) =>
      exportEvents(workspace.datasets.open('told'), {
        path: join(folder, name),
        overwrite: false,
        temporaryPath: workspace.temporaryPath,
      });
    const { path } = await save('told.csv');
    const lines = readFileSync(path, 'utf8').slice(0, 80).split('\n');
    expect(lines[0]).toBe('user,item,title,genre,rating,summary,review,timestamp');
    await save('told.parquet');
    const connection = await (await DuckDBInstance.create()).connect();
    const result = await connection.runAndReadAll(`SELECT summary, review FROM '${join(folder, 'told.parquet')}'`);
    expect(result.getRowsJson()).toEqual([
      ['\u00a0two\nlines', 'good, "very"'],
      ['naïve', null],
    ]);
  });

  it.each(['films.csv', 'films.parquet'])('are not written when it is cancelled: %s', async (name) => {
    const { workspace, folder } = prepare();
    const controller = new AbortController();
    const phases: string[] = [];
    const onProgress = (phase: string) => {
      phases.push(phase);
      controller.abort();
    };
    // A CSV file is cancelled before its first row, a Parquet file when its rows are written.
    if (name.endsWith('.csv')) controller.abort();
    const options = { path: join(folder, name), overwrite: false, temporaryPath: workspace.temporaryPath, onProgress };
    const exporting = exportEvents(workspace.datasets.open('films'), { ...options, signal: controller.signal });
    await expect(exporting).rejects.toMatchObject({ code: 'cancelled', message: expect.stringContaining('nothing was written') });
    expect(phases).toEqual(name.endsWith('.csv') ? [] : ['packing']);
    expect([...readdirSync(folder), ...readdirSync(workspace.temporaryPath)]).toEqual([]);
  });

  it('of a view are those that it keeps', async () => {
    const { workspace, folder } = prepare();
    const reader = await viewOf(workspace.datasets.open('films'), datasetViewSchema.parse({ minRating: 4 }));
    const options = { path: join(folder, 'good.csv'), overwrite: false, temporaryPath: workspace.temporaryPath };
    expect(await exportEvents(reader, options)).toMatchObject({ events: 1 });
    expect(readFileSync(options.path, 'utf8').split('\n')).toHaveLength(3);
  });

  it('replace a file only when they may', async () => {
    const { folder, save } = prepare();
    writeFileSync(join(folder, 'films.csv'), 'precious');
    await expect(save('films.csv')).rejects.toMatchObject({ code: 'input-invalid', message: expect.stringContaining('exists') });
    expect(readFileSync(join(folder, 'films.csv'), 'utf8')).toBe('precious');
    await save('films.csv', true);
    expect(readFileSync(join(folder, 'films.csv'), 'utf8')).toBe(CSV);
  });

  it('leave nothing behind where they cannot be written', async () => {
    const { folder, save } = prepare();
    writeFileSync(join(folder, 'file'), '');
    await expect(save('file/films.csv')).rejects.toMatchObject({ code: 'file-not-readable' });
    await expect(save('films.xlsx')).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('ends with .csv or .parquet'),
    });
    expect(readdirSync(folder)).toEqual(['file']);
    expect(existsSync(join(folder, 'films.xlsx'))).toBe(false);
  });

  // Linux has a file that is always full.
  it.runIf(existsSync('/dev/full'))('leave nothing behind when the disk is full', async () => {
    const { folder, save } = prepare();
    symlinkSync('/dev/full', temporaryFileName(join(folder, 'films.csv')));
    await expect(save('films.csv')).rejects.toMatchObject({ code: 'disk-full', message: expect.stringContaining('nothing was written') });
    expect(readdirSync(folder)).toEqual([]);
  });
});
