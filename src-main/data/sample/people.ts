import type { SampleItem } from './catalogue.ts';
import type { SampleRandom } from './random.ts';
import { BLAME, GENRE_WORDS, PRAISE, SHRUG } from './words.ts';

export interface SampleEvent {
  item: SampleItem;
  /** Half stars, 0.5 to 5. */
  rating: number;
  /** Seconds since 1970. */
  timestamp: number;
  review: string | null;
}

const DAY_SECONDS = 86_400;
const FIRST_START = 946_684_800; // 2000-01-01
const LAST_START = 1_514_764_800; // 2018-01-01
const [MIN_EVENTS, MAX_EVENTS] = [20, 300];

/** Probabilities of what leads to the next film; the rest is chance, by popularity. */
const NEXT_OF_FAMILY = 0.42;
const EARLIER_FAMILY = 0.13;
const BY_TASTE = 0.33;
const REVIEWED = 0.3;

/** Items by family and by genre. */
export interface Shelves {
  items: readonly SampleItem[];
  families: Map<number, SampleItem[]>;
  byGenre: SampleItem[][];
}

export function makeShelves(items: readonly SampleItem[]): Shelves {
  const byGenre = GENRE_WORDS.map((_, index) => items.filter((item) => item.genreIndex === index));
  return { items, families: Map.groupBy(items, (item) => item.family), byGenre };
}

/**
 * One person's history. A taste (weight per genre) drifts from session to session; the next film is the next one of the last
 * film's family, or of an earlier one's, or one by taste, or a popular one. Nobody watches a film twice. Ratings follow taste.
 */
export function makePerson(shelves: Shelves, random: SampleRandom): SampleEvent[] {
  const taste = makeTaste(random);
  const count = Math.min(eventCount(random), Math.floor(shelves.items.length * 0.6));
  const strictness = random.normal() * 0.3;
  const seen = new Set<SampleItem>();
  const events: SampleEvent[] = [];
  let timestamp = FIRST_START + random.below(LAST_START - FIRST_START);
  while (events.length < count) {
    if (random.chance(0.2)) {
      timestamp += Math.floor(DAY_SECONDS * (0.5 + 20 * random.next()));
      drift(taste, random);
    } else {
      timestamp += random.below(90);
    }
    const item = chooseNext(shelves, events, taste, seen, random);
    seen.add(item);
    const rating = rate(item, taste, strictness, random);
    const review = random.chance(REVIEWED) ? writeReview(item, rating, random) : null;
    events.push({ item, rating, timestamp, review });
  }
  return events;
}

/** About 60 on average, with a long tail. */
function eventCount(random: SampleRandom): number {
  const events = Math.round(Math.exp(3.9 + 0.6 * random.normal()));
  return Math.max(MIN_EVENTS, Math.min(MAX_EVENTS, events));
}

/** Three liked genres, and a little of every other. */
function makeTaste(random: SampleRandom): Float64Array {
  const taste = new Float64Array(GENRE_WORDS.length).fill(0.04);
  for (const strength of [1, 0.7, 0.5]) taste[random.below(taste.length)]! += strength;
  return taste;
}

/** All likings fade a little, and now and then a new one grows. */
function drift(taste: Float64Array, random: SampleRandom): void {
  for (let genre = 0; genre < taste.length; genre++) taste[genre] = 0.04 + (taste[genre]! - 0.04) * 0.93;
  if (random.chance(0.25)) taste[random.below(taste.length)]! += 0.9;
}

function chooseNext(shelves: Shelves, events: SampleEvent[], taste: Float64Array, seen: Set<SampleItem>, random: SampleRandom): SampleItem {
  const draw = random.next();
  const last = events.at(-1)?.item;
  const earlier = events.at(-2 - random.below(8))?.item;
  let chosen: SampleItem | null = null;
  if (draw < NEXT_OF_FAMILY) chosen = last ? nextOfFamily(shelves, last, seen, random) : null;
  else if (draw < NEXT_OF_FAMILY + EARLIER_FAMILY) chosen = earlier ? nextOfFamily(shelves, earlier, seen, random) : null;
  if (chosen === null && draw < NEXT_OF_FAMILY + EARLIER_FAMILY + BY_TASTE) {
    chosen = byPopularity(shelves.byGenre[random.weighted(taste)]!, seen, random);
  }
  return chosen ?? byPopularity(shelves.items, seen, random)!;
}

/** The unseen film that comes first after `item` in its family, going round; sometimes the second. */
function nextOfFamily(shelves: Shelves, item: SampleItem, seen: Set<SampleItem>, random: SampleRandom): SampleItem | null {
  const family = shelves.families.get(item.family)!;
  const position = family.indexOf(item);
  const unseen = family.map((_, step) => family[(position + step) % family.length]!).filter((other) => !seen.has(other));
  return unseen[random.chance(0.25) ? 1 : 0] ?? unseen[0] ?? null;
}

function byPopularity(items: readonly SampleItem[], seen: Set<SampleItem>, random: SampleRandom): SampleItem | null {
  const index = random.weighted(items.map((item) => (seen.has(item) ? 0 : item.popularity)));
  return items[index] ?? null;
}

function rate(item: SampleItem, taste: Float64Array, strictness: number, random: SampleRandom): number {
  const liking = Math.min(1, taste[item.genreIndex]!);
  const stars = 2.9 + 1.6 * liking + item.quality - strictness + 0.45 * random.normal();
  return Math.max(0.5, Math.min(5, Math.round(stars * 2) / 2));
}

function writeReview(item: SampleItem, rating: number, random: SampleRandom): string {
  const opinion = random.pick(rating >= 4 ? PRAISE : rating >= 3 ? SHRUG : BLAME);
  const kind = GENRE_WORDS[item.genreIndex]!.genre.toLowerCase();
  return random.chance(0.5) ? `${opinion}.` : `${opinion}, as far as ${kind} goes.`;
}
