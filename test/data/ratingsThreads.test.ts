import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceFile } from '../../src-main/data/files/sourceFile.ts';
import { movielensLayouts } from '../../src-main/data/importers/movielensLayouts.ts';
import { readRatings } from '../../src-main/data/importers/movielensRatings.ts';
import { ProgressReporter } from '../../src-main/data/importProgress.ts';
import { EventCollector } from '../../src-main/data/ingest/eventCollector.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

const CHUNK_BYTES = 61;
const MAX_CHUNKS = 2000;
const movies = { name: 'movies.csv', itemIds: new Map(Array.from({ length: 9 }, (_, index) => [index + 1, 8 - index])) };
const items = Array.from({ length: 9 }, (_, item) => ({ externalId: `${9 - item}`, title: `${item}`, genres: [] }));

/** A file that arrives in small pieces, so that it makes many blocks. */
function fileOf(text: string): SourceFile {
  const bytes = Buffer.from(text);
  const size = Math.max(CHUNK_BYTES, Math.ceil(bytes.length / MAX_CHUNKS));
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
  const openStored = async () => Readable.from(chunks);
  return { name: 'ratings.csv', path: '/ratings.csv', sizeBytes: bytes.length, isInArchive: false, openStored };
}

/** Everything that reading finds: by user, the events in their order of arrival. */
async function read(text: string, threads: number, signal = new AbortController().signal) {
  const folder = join(temporaryFolder(), 'import');
  mkdirSync(folder);
  const collector = new EventCollector(folder, { rating: true, categories: [], texts: [] });
  const progress = new ProgressReporter('', '', () => {});
  try {
    await readRatings(fileOf(text), movielensLayouts[0]!.ratings, movies, collector, { progress, signal, threads }, 100);
    const opened = collector.finish(items);
    const events = new Map<number, unknown[]>();
    for (const { users, items: itemIds, timesMs, values } of opened.parts()) {
      users.forEach((user, row) => {
        const event = [itemIds[row], timesMs[row], opened.packing.features[0]!.ids[values[0]![row]! + 1]];
        events.set(user, [...(events.get(user) ?? []), event]);
      });
    }
    const sorted = [...events].sort(([a], [b]) => a - b);
    return { events: sorted, users: opened.packing.users, rejections: opened.rejections, ratings: opened.catalogue.features.at(-1) };
  } catch (error) {
    return (error as Error).message;
  } finally {
    collector.close();
  }
}

const HEADER = 'userId,movieId,rating,timestamp\n';
const plain = fc
  .tuple(fc.integer({ min: 1, max: 150 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 5 }))
  .map(([user, movie, halves, time]) => `${user},${movie},${halves / 2},${time}`);
const odd = fc.constantFrom(
  '"1",2,3,4',
  ' 7 ,2,4.5,1',
  '1,2,9,4',
  '1,99,3,4',
  'what',
  '',
  '5,"2',
  '",3',
  '1,2,3.25,4\r',
  '6,3,4,2\r',
  '1,2,"5,4',
  '4294967296,1,3,4',
);
const rows = fc.tuple(
  fc.array(fc.oneof({ weight: 30, arbitrary: plain }, { weight: 1, arbitrary: odd }), { maxLength: 200 }),
  fc.boolean(),
);

describe('reading ratings in threads', () => {
  it('finds what reading without them finds, whatever the rows are', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async ([lines, isComplete]) => {
        const text = `${HEADER}${lines.join('\n')}${isComplete ? '\n' : ''}`;
        expect(await read(text, 2)).toEqual(await read(text, 0));
      }),
      { numRuns: 25 },
    );
  });

  it('finds every row of a plain file', async () => {
    const lines = Array.from({ length: 2000 }, (_, row) => `${1 + (row % 130)},${1 + (row % 9)},${0.5 + (row % 10) / 2},${row}\n`);
    const found = await read(`\ufeff${HEADER}${lines.join('')}`, 3);
    expect(found).toMatchObject({ rejections: [], users: { numbers: Uint32Array.from({ length: 130 }, (_, user) => user + 1) } });
    const { events } = found as Exclude<typeof found, string>;
    expect(events[0]).toEqual([1, Array.from({ length: 16 }, (_, nth) => expect.arrayContaining([nth * 130_000]))]);
    expect(events.flatMap(([, own]) => own)).toHaveLength(2000);
  });

  it('knows a quote that is closed some blocks later', async () => {
    const text = `${HEADER}1,2,3,4\n5,"2\n${'1,2,3,4\n'.repeat(40)}",3,4\n6,3,4,2\n`;
    const found = await read(text, 2);
    expect(found).toEqual(await read(text, 0));
    expect(found).toMatchObject({ rejections: [{ line: 3, reason: expect.stringContaining('is not a whole number') }] });
    expect((found as Exclude<typeof found, string>).events.map(([user, own]) => [user, own.length])).toEqual([
      [1, 1],
      [6, 1],
    ]);
  });

  it('says in which line a line is that never ends', async () => {
    const text = `${HEADER}${'1,2,3,4\n'.repeat(40)}${'x'.repeat(17 << 20)}`;
    expect(await read(text.slice(0, 400), 0)).toContain('cut off');
    expect(await read(text, 2)).toContain('got more than 16 MB without a line break in line 42');
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort(new Error('cancelled'));
    expect(await read(`${HEADER}1,2,3,4\n`, 2, controller.signal)).toBe('cancelled');
  });
});
