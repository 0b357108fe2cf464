import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCatalogue, type SampleItem } from './catalogue.ts';
import { makePerson, makeShelves, type SampleEvent } from './people.ts';
import { SampleRandom } from './random.ts';

export interface SampleOptions {
  users?: number;
  items?: number;
  seed?: number;
}

/**
 * Writes a made-up dataset in the layout of MovieLens (ratings.csv, movies.csv, and reviews.csv beside them): people with tastes
 * that drift, films in families whose titles resemble each other. Equal options give equal bytes.
 */
export async function writeSampleDataset(folder: string, options: SampleOptions = {}): Promise<void> {
  const { catalogue, people, seed } = makeSample(options);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'movies.csv'), moviesCsv(catalogue));
  await writeFile(join(folder, 'ratings.csv'), ratingsCsv(people));
  await writeFile(join(folder, 'reviews.csv'), reviewsCsv(people));
  await writeFile(join(folder, 'README.txt'), readme(catalogue, people, seed));
}

/**
 * Writes what people of the sample wrote about films, as a table: user, item, title, category, rating, timestamp and review of every event that has
 * a review. Equal options give equal bytes.
 */
export async function writeSampleReviews(folder: string, options: SampleOptions = {}): Promise<void> {
  const { catalogue, people, seed } = makeSample(options);
  const rows = people.flatMap((events, index) =>
    events
      .filter((event) => event.review !== null)
      .map(
        ({ item, rating, timestamp, review }) =>
          `${index + 1},${item.movieId},${quoted(item.title)},${item.genres[0] ?? ''},${rating.toFixed(1)},${timestamp},${quoted(review!)}`,
      ),
  );
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'reviews.csv'), lines(['user_id,item_id,title,category,rating,timestamp,review_text', ...rows]));
  await writeFile(join(folder, 'README.txt'), readme(catalogue, people, seed));
}

function makeSample({ users = 1500, items = 600, seed = 1 }: SampleOptions) {
  if (users < 1 || items < 50) throw new Error(`sample: expected at least 1 user and 50 items, got ${users} and ${items}`);
  const catalogue = makeCatalogue(items, new SampleRandom(seed));
  const shelves = makeShelves(catalogue);
  // A generator per person: adding people does not change the others.
  const people = Array.from({ length: users }, (_, index) => makePerson(shelves, new SampleRandom(seed * 1_000_003 + index * 7919 + 17)));
  return { catalogue, people, seed };
}

function moviesCsv(catalogue: readonly SampleItem[]): string {
  const rows = catalogue.map((item) => `${item.movieId},${quoted(item.title)},${item.genres.join('|') || '(no genres listed)'}`);
  return lines(['movieId,title,genres', ...rows]);
}

/** By user and film, as MovieLens has them: the order in time is in the timestamps only. */
function ratingsCsv(people: readonly SampleEvent[][]): string {
  const rows = people.flatMap((events, index) =>
    events
      .toSorted((a, b) => a.item.movieId - b.item.movieId)
      .map(({ item, rating, timestamp }) => `${index + 1},${item.movieId},${rating.toFixed(1)},${timestamp}`),
  );
  return lines(['userId,movieId,rating,timestamp', ...rows]);
}

function reviewsCsv(people: readonly SampleEvent[][]): string {
  const rows = people.flatMap((events, index) =>
    events
      .filter((event) => event.review !== null)
      .map(({ item, timestamp, review }) => `${index + 1},${item.movieId},${timestamp},${quoted(review!)}`),
  );
  return lines(['userId,movieId,timestamp,review', ...rows]);
}

function readme(catalogue: readonly SampleItem[], people: readonly SampleEvent[][], seed: number): string {
  const events = people.reduce((sum, person) => sum + person.length, 0);
  return lines([
    'A synthetic sample dataset, made by User-LLM Workbench. No person, film or review in it is real.',
    '',
    `${people.length} users, ${catalogue.length} films, ${events} ratings; seed ${seed}.`,
    'ratings.csv and movies.csv have the layout of MovieLens; reviews.csv adds a short text to some ratings.',
  ]);
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lines(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}
