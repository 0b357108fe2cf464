import { join } from 'node:path';
import type { ImportPreview } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { fileInfo, firstLine, type ImportSource, suggestName } from '../files/source.ts';
import type { SourceFile } from '../files/sourceFile.ts';
import { EventCollector } from '../ingest/eventCollector.ts';
import type { Importer, OpenedSource, ReadContext } from './importer.ts';
import { readMovies } from './movielensCatalogue.ts';
import { placesOf, readFirstRecords, requireText } from './movielensFiles.ts';
import { type FileLayout, type MovielensLayout, movielensLayouts } from './movielensLayouts.ts';
import { readRatings } from './movielensRatings.ts';

const PREVIEW_ROWS = 100;

/** MovieLens in one of its forms: a file of ratings and one of movies in one folder or archive. */
function movielensImporter(layout: MovielensLayout): Importer {
  return {
    format: layout.format,

    /** By the first lines; with both names there it is meant as MovieLens, and `open` says what is wrong. */
    async match(source) {
      const { ratings, movies } = await findFiles(source, layout);
      if (source.chosen !== null && source.chosen !== ratings.file && source.chosen !== movies.file) return false;
      return (ratings.file !== null && movies.file !== null) || ratings.isCertain || movies.isCertain;
    },

    async preview(source): Promise<ImportPreview> {
      const { ratings, movies } = await requireFiles(source, layout);
      await requireText(ratings, layout.ratings.expected);
      const records = await readFirstRecords(ratings, layout.ratings, PREVIEW_ROWS + 1);
      const hasHeader = layout.ratings.width === null;
      if (hasHeader) placesOf(ratings, records[0]!, layout.ratings);
      const [header] = records;
      return {
        path: source.path,
        format: layout.format,
        suggestedName: suggestName(source.folder),
        files: fileInfo([ratings, movies]),
        columns: hasHeader && header && 'fields' in header ? header.fields : [...layout.ratings.columns],
        rows: records
          .slice(hasHeader ? 1 : 0)
          .slice(0, PREVIEW_ROWS)
          .map((row) => ('fields' in row ? row.fields : [row.problem])),
        firstLine: hasHeader ? 2 : 1,
        mapping: null,
      };
    },

    async open(source, context): Promise<OpenedSource> {
      const { ratings, movies } = await requireFiles(source, layout);
      const catalogue = await readMovies(movies, layout);
      return collect(ratings, layout.ratings, { ...catalogue, name: movies.name }, context);
    },
  };
}

export const movielensImporters: readonly Importer[] = movielensLayouts.map(movielensImporter);

async function collect(
  ratings: SourceFile,
  layout: FileLayout,
  movies: Awaited<ReturnType<typeof readMovies>> & { name: string },
  context: ReadContext,
): Promise<OpenedSource> {
  const collector = new EventCollector(context.temporaryPath, { rating: true, categories: [], texts: [] });
  try {
    await readRatings(ratings, layout, movies, collector, context);
    return collector.finish(movies.items, null, movies.rejections);
  } catch (error) {
    collector.close();
    throw error;
  }
}

interface Found {
  file: SourceFile | null;
  /** Its content is as expected, not just its name. */
  isCertain: boolean;
}

async function findFiles(source: ImportSource, layout: MovielensLayout): Promise<{ ratings: Found; movies: Found }> {
  return { ratings: await findFile(source, layout.ratings), movies: await findFile(source, layout.movies) };
}

/** The chosen file, the one with the usual name, or the only one with such a first line. */
async function findFile({ files, chosen }: ImportSource, layout: FileLayout): Promise<Found> {
  const isMet = async (file: SourceFile) => {
    const line = await firstLine(file);
    return line !== null && layout.isMet(line.split(layout.delimiter).map((field) => field.trim().replace(/^"(.*)"$/, '$1')));
  };
  if (chosen && (await isMet(chosen))) return { file: chosen, isCertain: true };
  const named = files.find((file) => file.name === layout.name || file.name === `${layout.name}.gz`);
  if (named) return { file: named, isCertain: await isMet(named) };
  const met: SourceFile[] = [];
  for (const file of files) if (await isMet(file)) met.push(file);
  return { file: met.length === 1 ? met[0]! : null, isCertain: false };
}

async function requireFiles(source: ImportSource, layout: MovielensLayout): Promise<{ ratings: SourceFile; movies: SourceFile }> {
  const { ratings, movies } = await findFiles(source, layout);
  if (ratings.file && movies.file) return { ratings: ratings.file, movies: movies.file };
  const missing = ratings.file ? layout.movies.name : layout.ratings.name;
  const present = ratings.file ?? movies.file;
  const [beside, advice] = present
    ? [` beside ${present.name}`, `put the ${missing} of the same data set there`]
    : ['', 'choose the folder or archive of a MovieLens data set'];
  throw new AppError('file-not-found', `import "${source.folder}": expected ${missing}${beside}, but there is none; ${advice}`, {
    position: { file: join(source.folder, missing) },
  });
}
