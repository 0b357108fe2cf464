import type { DatasetFormat } from '../../../src-shared/dataset.ts';

/** How the lines of a file are divided into columns. */
export interface FileLayout {
  /** Its name in the data set. */
  name: string;
  delimiter: string;
  /** Whether quotes may enclose a field (RFC 4180). */
  quoted: boolean;
  /** The columns that are read; the header line names them, or they are the first ones of `width`. */
  columns: readonly string[];
  /** Columns of a row; null where a header line tells. */
  width: number | null;
  /** What a first line looks like, as words for a message. */
  expected: string;
  /** By the first line of its content. */
  isMet(firstLine: readonly string[]): boolean;
}

/** A form in which MovieLens comes. */
export interface MovielensLayout {
  format: DatasetFormat;
  ratings: FileLayout;
  movies: FileLayout;
  /** Genres of a row of movies. */
  genresOf(fields: readonly string[], genres: string): string[];
}

const RATINGS_COLUMNS = ['userId', 'movieId', 'rating', 'timestamp'];
const MOVIES_COLUMNS = ['movieId', 'title', 'genres'];
const WHOLE = /^\d+$/;
const NUMBER = /^\d+(\.\d+)?$/;

function isRating(fields: readonly string[]): boolean {
  return fields.length === 4 && [WHOLE, WHOLE, NUMBER, WHOLE].every((pattern, index) => pattern.test(fields[index]!));
}

function withHeader(name: string, columns: readonly string[], telling: readonly string[]): FileLayout {
  return {
    name,
    delimiter: ',',
    quoted: true,
    columns,
    width: null,
    expected: `the header line "${columns.join(',')}"`,
    isMet: (fields) => telling.every((column) => fields.includes(column)),
  };
}

const listedGenres = (_: readonly string[], genres: string) => genres.split('|').map((genre) => genre.trim());

/** ml-latest, ml-latest-small, ml-20m, ml-25m, ml-32m. */
const csv: MovielensLayout = {
  format: 'movielens-csv',
  ratings: withHeader('ratings.csv', RATINGS_COLUMNS, ['userId', 'movieId', 'rating']),
  movies: withHeader('movies.csv', MOVIES_COLUMNS, ['movieId', 'title']),
  genresOf: listedGenres,
};

/** ml-1m (in Latin-1), ml-10m. */
const dat: MovielensLayout = {
  format: 'movielens-dat',
  ratings: {
    name: 'ratings.dat',
    delimiter: '::',
    quoted: false,
    columns: RATINGS_COLUMNS,
    width: 4,
    expected: 'lines like "1::1193::5::978300760"',
    isMet: isRating,
  },
  movies: {
    name: 'movies.dat',
    delimiter: '::',
    quoted: false,
    columns: MOVIES_COLUMNS,
    width: 3,
    expected: 'lines like "1::Toy Story (1995)::Animation|Comedy"',
    isMet: (fields) => fields.length === 3 && WHOLE.test(fields[0]!),
  },
  genresOf: listedGenres,
};

/** The flags of u.item in order; the first says that the genre is unknown. */
const FLAGGED_GENRES =
  'unknown,Action,Adventure,Animation,Children,Comedy,Crime,Documentary,Drama,Fantasy,Film-Noir,Horror,Musical,Mystery,Romance,Sci-Fi,Thriller,War,Western'.split(
    ',',
  );
const FIRST_FLAG = 5;

const ml100k: MovielensLayout = {
  format: 'movielens-100k',
  ratings: {
    name: 'u.data',
    delimiter: '\t',
    quoted: false,
    columns: RATINGS_COLUMNS,
    width: 4,
    expected: 'four numbers in each line, separated by tabs',
    isMet: isRating,
  },
  movies: {
    name: 'u.item',
    delimiter: '|',
    quoted: false,
    columns: MOVIES_COLUMNS,
    width: FIRST_FLAG + FLAGGED_GENRES.length,
    expected: 'lines like "1|Toy Story (1995)|01-Jan-1995|..." with 24 columns',
    isMet: (fields) =>
      fields.length === FIRST_FLAG + FLAGGED_GENRES.length && fields.slice(FIRST_FLAG).every((flag) => /^[01]$/.test(flag)),
  },
  genresOf: (fields) => FLAGGED_GENRES.filter((_, index) => index > 0 && fields[FIRST_FLAG + index] === '1'),
};

export const movielensLayouts: readonly MovielensLayout[] = [csv, dat, ml100k];
