import type { SampleRandom } from './random.ts';
import { GENRE_WORDS, type GenreWords } from './words.ts';

export interface SampleItem {
  movieId: number;
  /** As MovieLens writes it: "Hollow Lantern, The (1987)". */
  title: string;
  /** Empty for the few without any. */
  genres: string[];
  /** Index into GENRE_WORDS: what the item is about, listed or not. */
  genreIndex: number;
  /** Items of one family share a word of their title, and are often watched one after the other. */
  family: number;
  /** Relative frequency of being watched by chance; falls with the rank like Zipf's law. */
  popularity: number;
  /** How much better or worse than others people find it, in stars. */
  quality: number;
}

const FAMILY_SIZE = 6;
const DUPLICATE_TITLES = 3;
const WITHOUT_GENRES = 3;
/** Comedies and dramas are common, westerns are not. */
const GENRE_WEIGHTS = [8, 6, 4, 4, 10, 5, 3, 11, 5, 2, 6, 3, 4, 8, 6, 7, 3, 2];

/** A catalogue of made-up films in families of six, ordered by movieId; ids have gaps, as in MovieLens. */
export function makeCatalogue(count: number, random: SampleRandom): SampleItem[] {
  const usedFamilies = new Set<string>();
  const titles = new Set<string>();
  const items: SampleItem[] = [];
  let movieId = 0;
  for (let family = 0; items.length < count; family++) {
    const { genreIndex, noun } = chooseFamily(usedFamilies, random);
    const firstYear = 1950 + random.below(62);
    const members = Math.min(FAMILY_SIZE, count - items.length);
    for (let member = 0; member < members; member++) {
      movieId += 1 + random.below(3);
      const words = GENRE_WORDS[genreIndex]!;
      const title = makeTitle(words, noun, member, firstYear + member + random.below(2), titles, random);
      items.push({ movieId, title, genres: makeGenres(words, random), genreIndex, family, popularity: 0, quality: random.normal() * 0.4 });
    }
  }
  addPopularity(items, random);
  addQuirks(items, random);
  return items;
}

/** A noun of a genre; when all are taken, nouns come in pairs. */
function chooseFamily(used: Set<string>, random: SampleRandom): { genreIndex: number; noun: string } {
  for (;;) {
    const genreIndex = random.weighted(GENRE_WEIGHTS);
    const { nouns } = GENRE_WORDS[genreIndex]!;
    const noun = used.size < 100 ? random.pick(nouns) : `${random.pick(nouns)} ${random.pick(nouns)}`;
    const key = `${genreIndex} ${noun}`;
    if (used.has(key) && used.size < 5000) continue;
    used.add(key);
    return { genreIndex, noun };
  }
}

/** Every third film of a family is a sequel of the one before. */
function makeTitle(words: GenreWords, noun: string, member: number, year: number, used: Set<string>, random: SampleRandom): string {
  for (let attempt = 0; ; attempt++) {
    const title = `${titleWithoutYear(words, noun, member, random)} (${year + attempt})`;
    if (used.has(title)) continue;
    used.add(title);
    return title;
  }
}

function titleWithoutYear(words: GenreWords, noun: string, member: number, random: SampleRandom): string {
  const adjective = random.pick(words.adjectives);
  if (member % 3 === 2) return `${noun} ${random.pick(['II', 'Returns', 'Forever', 'Again'])}`;
  const shape = random.below(5);
  if (shape === 0) return `${adjective} ${noun}, The`;
  if (shape === 1) return `${noun}, the ${adjective} One`;
  if (shape === 2) return `My ${adjective} ${noun}`;
  return `${adjective} ${noun}`;
}

/** The genre itself first, then mostly its companion, now and then any other. */
function makeGenres(words: GenreWords, random: SampleRandom): string[] {
  const genres = [words.genre];
  if (random.chance(0.55)) genres.push(words.companion);
  const other = random.pick(GENRE_WORDS).genre;
  if (random.chance(0.2) && !genres.includes(other)) genres.push(other);
  return genres;
}

function addPopularity(items: SampleItem[], random: SampleRandom): void {
  random.shuffled(items).forEach((item, rank) => {
    item.popularity = 1 / (rank + 8) ** 0.75;
  });
}

/** What real catalogues have too: equal titles of different films, and films without genres. */
function addQuirks(items: SampleItem[], random: SampleRandom): void {
  const chosen = random.shuffled(items);
  for (let index = 0; index < DUPLICATE_TITLES && items.length > 20; index++) chosen[2 * index]!.title = chosen[2 * index + 1]!.title;
  for (let index = 0; index < WITHOUT_GENRES && items.length > 20; index++) chosen[10 + index]!.genres = [];
}
