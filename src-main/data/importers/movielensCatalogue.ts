import type { Rejection } from '../../../src-shared/dataset.ts';
import type { CatalogueItem } from '../../store/datasetStore.ts';
import { type CsvRecord, readRecords } from '../csv.ts';
import { importError, type SourceFile } from '../files/sourceFile.ts';
import { readWholeNumber } from '../ingest/numbers.ts';
import { cutOff, fixedPlaces, type Places, placesOf, requireText } from './movielensFiles.ts';
import type { MovielensLayout } from './movielensLayouts.ts';

const NO_GENRES = '(no genres listed)';

/** The items of the movies file in file order. */
export interface Movies {
  items: CatalogueItem[];
  /** ItemId by movieId. */
  itemIds: Map<number, number>;
  rejections: Rejection[];
}

/** @throws AppError `import-failed` when the file as a whole is of no use; single bad rows become rejections */
export async function readMovies(file: SourceFile, layout: MovielensLayout): Promise<Movies> {
  await requireText(file, layout.movies.expected);
  const reader = new MoviesReader(file, layout);
  const complete = await readRecords(file, (record) => reader.take(record), layout.movies);
  return reader.finish(complete);
}

class MoviesReader {
  private readonly file: SourceFile;
  private readonly layout: MovielensLayout;
  private readonly movies: Movies = { items: [], itemIds: new Map(), rejections: [] };
  private readonly lines = new Map<number, number>();
  private places: Places | null;
  private last: CsvRecord | null = null;

  constructor(file: SourceFile, layout: MovielensLayout) {
    this.file = file;
    this.layout = layout;
    this.places = fixedPlaces(layout.movies);
  }

  take(record: CsvRecord): void {
    if (this.places === null) {
      this.places = placesOf(this.file, record, this.layout.movies);
      return;
    }
    this.last = record;
    const reason = 'fields' in record ? this.add(record.fields, record.line, this.places) : record.problem;
    if (reason !== null) this.movies.rejections.push({ file: this.file.name, line: record.line, reason });
  }

  finish(complete: boolean): Movies {
    if (this.places === null) placesOf(this.file, { line: 1, fields: [] }, this.layout.movies);
    this.refuseCutOff(complete);
    if (this.movies.items.length === 0) {
      const first = this.movies.rejections[0];
      const why = first ? `; line ${first.line}: ${first.reason}` : '';
      const advice = `check that this is the MovieLens ${this.layout.movies.name}`;
      throw importError(this.file, `expected at least one movie, got none${why}; ${advice}`);
    }
    return this.movies;
  }

  /** @returns why the row cannot be used, or null */
  private add(fields: string[], line: number, places: Places): string | null {
    if (fields.length !== places.width) return `expected ${places.width} columns, got ${fields.length}`;
    const [movie, title, genres] = places.columns.map((column) => fields[column]!) as [string, string, string];
    const movieId = readWholeNumber('movieId', movie);
    if (typeof movieId === 'string') return movieId;
    if (this.lines.has(movieId)) return `movieId ${movieId} is already in line ${this.lines.get(movieId)}`;
    const shown = title.replace(/[\r\n]+/g, ' ').trim();
    if (shown === '') return 'the title is empty';
    this.lines.set(movieId, line);
    this.movies.itemIds.set(movieId, this.movies.items.length);
    const listed = this.layout.genresOf(fields, genres).filter((genre) => genre !== '' && genre !== NO_GENRES);
    this.movies.items.push({ externalId: String(movieId), title: shown, genres: listed });
    return null;
  }

  private refuseCutOff(complete: boolean): void {
    if (complete || this.last === null) return;
    const { line } = this.last;
    if ('problem' in this.last) throw cutOff(this.file, line, this.last.problem);
    if (this.last.fields.length < this.places!.width) throw cutOff(this.file, line, this.last.fields.join(this.layout.movies.delimiter));
  }
}
