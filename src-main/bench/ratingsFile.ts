import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

const ROWS_PER_USER = 20_000_263 / 138_493;
const ITEMS = 27_278;
const MIN_EVENTS = 20;
const CHUNK_CHARACTERS = 1 << 20;

/**
 * Writes ratings.csv and movies.csv of MovieLens-20M's shape: a user's rows together and by movieId, at least 20 of them, most
 * users with few and some with thousands, popular films often. Equal `rows` give equal bytes.
 */
export async function writeRatingsFolder(folder: string, rows: number): Promise<void> {
  const movieIds = Array.from({ length: ITEMS }, (_, index) => (index < 9000 ? index + 1 : 9000 + (index - 9000) * 6));
  const movies = movieIds.map((id, index) => `${id},"Film, The ${id} (${1930 + (index % 86)})",Drama|Comedy`);
  await write(join(folder, 'movies.csv'), ['movieId,title,genres', ...movies].values());
  await write(join(folder, 'ratings.csv'), ratingRows(rows, movieIds));
}

function* ratingRows(rows: number, movieIds: readonly number[]): Generator<string> {
  yield 'userId,movieId,rating,timestamp';
  const random = mulberry32(20);
  const users = Math.max(1, Math.round(rows / ROWS_PER_USER));
  const seen = new Int32Array(ITEMS);
  let left = rows;
  for (let user = 1; user <= users; user++) {
    const others = users - user;
    const mean = left / (others + 1) - MIN_EVENTS;
    const drawn = MIN_EVENTS + Math.floor(0.75 * Math.max(1, mean) * (-Math.log(1 - random())) ** 1.5);
    const events = others === 0 ? left : Math.max(1, Math.min(drawn, 9000, left - others));
    left -= events;
    yield* userRows(user, Math.min(events, ITEMS), seen, movieIds, random);
  }
}

function* userRows(user: number, events: number, seen: Int32Array, movieIds: readonly number[], random: () => number): Generator<string> {
  const items = new Int32Array(events);
  for (let index = 0; index < events; index++) {
    // Popularity falls with the number; the next one that the user has not rated.
    let item = Math.floor(ITEMS * random() ** 2.5);
    while (seen[item] === user) item = (item + 1) % ITEMS;
    seen[item] = user;
    items[index] = item;
  }
  let timestamp = 800_000_000 + Math.floor(random() * 600_000_000);
  for (const item of items.sort()) {
    timestamp += Math.floor(random() * 40) - 12;
    yield `${user},${movieIds[item]},${(1 + Math.floor(random() * 10)) / 2},${timestamp}`;
  }
}

async function write(path: string, lines: Iterable<string>): Promise<void> {
  const stream = createWriteStream(path);
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    if (!stream.write(chunk)) await once(stream, 'drain');
    chunk = '';
  }
  stream.end(chunk);
  await once(stream, 'finish');
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
