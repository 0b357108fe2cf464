import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { ImportPreview } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';
import type { NewTimeline } from '../../store/datasetStore.ts';
import { EventSorter } from '../eventSorter.ts';
import { fileInfo, type Importer, type ImportSource, type OpenedSource, type ReadContext, suggestName } from './importer.ts';
import { movieFeatures, readMovies } from './movielensCatalogue.ts';
import { checkLooksLikeCsv, layoutOf, MOVIES_FILE, RATINGS_COLUMNS, RATINGS_FILE, readFirstRecords } from './movielensFiles.ts';
import { ratingText } from './movielensNumbers.ts';
import { type RatingsSummary, readRatings } from './movielensRatings.ts';
import { packTimelines } from './packTimelines.ts';

const PREVIEW_ROWS = 100;
const FIRST_VALUE_ID = 2;
const SORT_MEMORY_BYTES = 1e9;

/** MovieLens in its CSV form (latest, 20M, 25M, 32M): ratings.csv and movies.csv in one folder. */
export const movielensCsv: Importer = {
  format: 'movielens-csv',
  expects: `a folder with ${RATINGS_FILE} and ${MOVIES_FILE} (MovieLens)`,

  /** By the header of ratings.csv; with both names there it is meant as MovieLens, and `open` says what is wrong. */
  async match(source) {
    if (!source.isFolder && !namesIn(source).some((name) => source.path === join(source.folder, name))) return false;
    const names = namesIn(source);
    if (names.length === 2) return true;
    if (names.length === 0) return false;
    const needed = names[0] === RATINGS_FILE ? ['userId', 'movieId'] : ['movieId', 'title'];
    const [header] = await readFirstRecords(source.folder, names[0]!, 1);
    return header !== undefined && 'fields' in header && needed.every((name) => header.fields.includes(name));
  },

  async preview(source): Promise<ImportPreview> {
    requireBothFiles(source);
    const file = join(source.folder, RATINGS_FILE);
    await checkLooksLikeCsv(file, RATINGS_COLUMNS);
    const [header, ...rows] = await readFirstRecords(source.folder, RATINGS_FILE, PREVIEW_ROWS + 1);
    layoutOf(file, header!, RATINGS_COLUMNS);
    return {
      path: source.folder,
      format: 'movielens-csv',
      suggestedName: suggestName(source.folder),
      files: fileInfo(source.folder, [RATINGS_FILE, MOVIES_FILE]),
      columns: 'fields' in header! ? header.fields : [],
      rows: rows.map((row) => ('fields' in row ? row.fields : [row.problem])),
    };
  },

  async open(source, context): Promise<OpenedSource> {
    requireBothFiles(source);
    const movies = await readMovies(join(source.folder, MOVIES_FILE));
    const sorter = await EventSorter.create(context.temporaryPath, Math.min(SORT_MEMORY_BYTES, totalmem() / 4), context.signal);
    try {
      const add = sorter.add.bind(sorter);
      const ratings = await readRatings(join(source.folder, RATINGS_FILE), movies.itemIds, add, context.progress, context.signal);
      const order = ratings.ratings.toSorted((a, b) => a - b);
      return {
        catalogue: { items: movies.items, features: movieFeatures(movies.items, order.map(ratingText)) },
        events: ratings.accepted,
        rejected: ratings.rejected,
        rejections: [...movies.rejections, ...ratings.rejections],
        timelines: () => sortedTimelines(sorter, ratings, order, context),
        close: () => sorter.close(),
      };
    } catch (error) {
      sorter.close();
      throw error;
    }
  },
};

function sortedTimelines(sorter: EventSorter, ratings: RatingsSummary, order: number[], context: ReadContext): AsyncIterable<NewTimeline> {
  context.progress.report('sorting', 0, ratings.accepted);
  const ratingIds = Int32Array.from(ratings.ratings, (rating) => order.indexOf(rating) + FIRST_VALUE_ID);
  return packTimelines(sorter.sorted(), ratingIds);
}

function namesIn(source: ImportSource): string[] {
  return [RATINGS_FILE, MOVIES_FILE].filter((name) => source.files.includes(name));
}

function requireBothFiles(source: ImportSource): void {
  const [present] = namesIn(source);
  if (namesIn(source).length === 2) return;
  const missing = present === RATINGS_FILE ? MOVIES_FILE : RATINGS_FILE;
  throw new AppError(
    'file-not-found',
    `import "${source.folder}": expected ${missing} beside ${present}, but there is none; put the ${missing} of the same data set there`,
    { position: { file: join(source.folder, missing) } },
  );
}
