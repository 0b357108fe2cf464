import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

export const MOVIES = `movieId,title,genres
10,Heat (1995),Action|Crime|Thriller
20,"American President, The (1995)",Comedy|Drama|Romance
30,Untold (2001),(no genres listed)
40,Alien (1979),Horror|Sci-Fi
`;
export const RATINGS = `userId,movieId,rating,timestamp
2,10,4.0,1000
2,20,3.5,900
1,40,5.0,2000
1,10,0.5,2000
1,30,3.0,1500
`;

/** A folder in the layout of MovieLens; `null` leaves a file out. */
export function movielensFolder(files: { ratings?: string | Buffer | null; movies?: string | Buffer | null } = {}): string {
  const folder = temporaryFolder();
  const { ratings = RATINGS, movies = MOVIES } = files;
  if (ratings !== null) writeFileSync(join(folder, 'ratings.csv'), ratings);
  if (movies !== null) writeFileSync(join(folder, 'movies.csv'), movies);
  return folder;
}

/** Header plus rows. */
export function ratingsOf(...rows: string[]): string {
  return `userId,movieId,rating,timestamp\n${rows.map((row) => `${row}\n`).join('')}`;
}

/** MovieLens latest-small beside the repository, or null with a notice where it is not there. */
export function realMovielens(): string | null {
  const folder = fileURLToPath(new URL('../../../shared/data/ml-latest-small', import.meta.url));
  if (existsSync(join(folder, 'ratings.csv'))) return folder;
  console.info(`notice: no real MovieLens data at ${folder}; the tests on it do not run`);
  return null;
}
