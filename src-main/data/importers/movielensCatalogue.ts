import type { Rejection } from '../../../src-shared/dataset.ts';
import type { CatalogueItem, FeatureVocabulary } from '../../store/datasetStore.ts';
import { mainGenre } from '../../store/datasetWriter.ts';
import { type CsvRecord, readRecords } from '../csv.ts';
import { checkLooksLikeCsv, cutOff, importError, type Layout, layoutOf, MOVIES_COLUMNS, MOVIES_FILE } from './movielensFiles.ts';
import { readWholeNumber } from './movielensNumbers.ts';

const NO_GENRES = '(no genres listed)';
const SPECIAL_VALUES = ['[PAD]', '[OOV]'];

/** The items of movies.csv in file order. */
export interface Movies {
  items: CatalogueItem[];
  /** ItemId by movieId. */
  itemIds: Map<number, number>;
  rejections: Rejection[];
}

/** @throws AppError `import-failed` when the file as a whole is of no use; single bad rows become rejections */
export async function readMovies(file: string): Promise<Movies> {
  await checkLooksLikeCsv(file, MOVIES_COLUMNS);
  const reader = new MoviesReader(file);
  const complete = await readRecords(file, (record) => reader.take(record));
  return reader.finish(complete);
}

class MoviesReader {
  private readonly file: string;
  private readonly movies: Movies = { items: [], itemIds: new Map(), rejections: [] };
  private readonly lines = new Map<number, number>();
  private layout: Layout | null = null;
  private last: CsvRecord | null = null;

  constructor(file: string) {
    this.file = file;
  }

  take(record: CsvRecord): void {
    if (this.layout === null) {
      this.layout = layoutOf(this.file, record, MOVIES_COLUMNS);
      return;
    }
    this.last = record;
    const reason = 'fields' in record ? this.add(record.fields, record.line, this.layout) : record.problem;
    if (reason !== null) this.movies.rejections.push({ file: MOVIES_FILE, line: record.line, reason });
  }

  finish(complete: boolean): Movies {
    if (this.layout === null) layoutOf(this.file, { line: 1, fields: [] }, MOVIES_COLUMNS);
    this.refuseCutOff(complete);
    if (this.movies.items.length === 0) {
      const first = this.movies.rejections[0];
      const why = first ? `; line ${first.line}: ${first.reason}` : '';
      throw importError(this.file, `expected at least one movie, got none${why}; check that this is the MovieLens movies.csv`);
    }
    return this.movies;
  }

  /** @returns why the row cannot be used, or null */
  private add(fields: string[], line: number, layout: Layout): string | null {
    if (fields.length !== layout.width) return `expected ${layout.width} columns, got ${fields.length}`;
    const [movie, title, genres] = layout.columns.map((column) => fields[column]!) as [string, string, string];
    const movieId = readWholeNumber('movieId', movie);
    if (typeof movieId === 'string') return movieId;
    if (this.lines.has(movieId)) return `movieId ${movieId} is already in line ${this.lines.get(movieId)}`;
    const shown = title.replace(/[\r\n]+/g, ' ').trim();
    if (shown === '') return 'the title is empty';
    this.lines.set(movieId, line);
    this.movies.itemIds.set(movieId, this.movies.items.length);
    this.movies.items.push({ externalId: String(movieId), title: shown, genres: readGenres(genres) });
    return null;
  }

  private refuseCutOff(complete: boolean): void {
    if (complete || this.last === null) return;
    const { line } = this.last;
    if ('problem' in this.last) throw cutOff(this.file, line, this.last.problem);
    if (this.last.fields.length < this.layout!.width) throw cutOff(this.file, line, this.last.fields.join(','));
  }
}

function readGenres(text: string): string[] {
  const genres = text.split('|').map((genre) => genre.trim());
  return genres.filter((genre) => genre !== '' && genre !== NO_GENRES);
}

/** `title`: a value per item, id = ItemId + 2. `genre`: the main genres, sorted. `rating`: the ratings that occur, ascending. */
export function movieFeatures(items: readonly CatalogueItem[], ratings: readonly string[]): FeatureVocabulary[] {
  const genres = [...SPECIAL_VALUES, ...[...new Set(items.map(mainGenre))].sort()];
  const genreIds = new Map(genres.map((genre, id) => [genre, id]));
  return [
    {
      name: 'title',
      kind: 'item',
      vocabulary: [...SPECIAL_VALUES, ...items.map((item) => item.title)],
      itemValues: Int32Array.from(items, (_, itemId) => itemId + SPECIAL_VALUES.length),
    },
    { name: 'genre', kind: 'item', vocabulary: genres, itemValues: Int32Array.from(items, (item) => genreIds.get(mainGenre(item))!) },
    { name: 'rating', kind: 'event', vocabulary: [...SPECIAL_VALUES, ...ratings] },
  ];
}
