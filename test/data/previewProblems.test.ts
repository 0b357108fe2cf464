import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { previewProblems } from '../../src-main/data/previewProblems.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';
import { movielensFolder, ratingsOf } from './movielensFolder.ts';

const problemsOf = (path: string) => previewProblems({ path, format: null, mapping: null });

function fileWith(name: string, content: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('problems of the first rows', () => {
  it('are those that an import would report, with their lines', async () => {
    expect(await problemsOf(movielensFolder({ ratings: ratingsOf('1,10,4.0,1', '1,10,9,2', '1,77,3.0,3') }))).toEqual([
      { file: 'ratings.csv', line: 3, reason: expect.stringContaining('9') },
      { file: 'ratings.csv', line: 4, reason: 'movieId 77 is not in movies.csv' },
    ]);
    expect(await problemsOf(movielensFolder())).toEqual([]);
  });

  it('are found in a table by its mapping', async () => {
    const path = fileWith('t.csv', 'user,item,rating,score\nu1,i1,4,x\nu1,,3,y\nu2,i1,5,7\n');
    expect(await problemsOf(path)).toEqual([{ file: 't.csv', line: 3, reason: 'item is empty' }]);
    const mapping = { user: 'user', item: 'item', time: null, timeFormat: null, rating: 'score', category: null, categorySeparator: null };
    const found = await previewProblems({ path, format: 'table', mapping: { ...mapping, title: null, texts: [], features: [] } });
    expect(found.map(({ line, reason }) => `${line}: ${reason}`)).toEqual(['2: score "x" is not a number', '3: item is empty']);
  });

  it('say what would end the import', async () => {
    const [problem] = await problemsOf(movielensFolder({ ratings: ratingsOf('1,77,4.0,1', '1,78,4.0,1') }));
    expect(problem).toMatchObject({ file: 'ratings.csv', reason: expect.stringContaining('expected at least one usable row') });
  });

  it('are looked for near the start of a large file alone, and its rows are not cut', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => (row % 10_000 === 500 ? 'what' : `1,10,4.0,${row}`));
    expect((await problemsOf(movielensFolder({ ratings: ratingsOf(...rows) }))).map(({ line }) => line)).toEqual([502]);
    const quoted = Array.from({ length: 5000 }, (_, row) => `u${row % 7},i${row % 5},"a text\nof two lines"\n`);
    expect(await problemsOf(fileWith('t.csv', `user,item,review\n${quoted.join('')}`))).toEqual([]);
  });
});
