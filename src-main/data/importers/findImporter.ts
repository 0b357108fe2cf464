import type { DatasetFormat } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { type Diagnosis, diagnose, START_BYTES, textOf } from '../files/diagnosis.ts';
import type { ImportSource } from '../files/source.ts';
import { importError, readStart } from '../files/sourceFile.ts';
import type { Importer } from './importer.ts';
import { movielensImporters } from './movielens.ts';
import { reviewImporters } from './reviews.ts';
import { tableImporter } from './table.ts';

/** In the order in which they are asked: what would match more comes later. */
const importers: readonly Importer[] = [...movielensImporters, ...reviewImporters, tableImporter];
const EXPECTED = 'MovieLens, Amazon Review or Google Local data, or a table (CSV, TSV, JSON lines, Parquet)';

/**
 * @param format the one to take; null: the one that the content tells
 * @throws AppError `format-unknown`, and `import-failed` for a file that holds no data at all
 */
export async function findImporter(source: ImportSource, format: DatasetFormat | null): Promise<Importer> {
  for (const importer of importers) if (format === null ? await importer.match(source) : importer.format === format) return importer;
  await refuseBroken(source);
  throw new AppError('format-unknown', `import "${source.path}": expected ${EXPECTED}, got ${describe(source)}; choose another one`);
}

/** A download that went wrong is named as what it is. */
async function refuseBroken(source: ImportSource): Promise<void> {
  const [file] = source.chosen ? [source.chosen] : source.files.length === 1 ? source.files : [];
  if (!file) return;
  const start = await readStart(file, START_BYTES);
  const found = diagnose(start) ?? otherJson(start);
  if (found) throw importError(file, `expected ${EXPECTED}, got ${found.got}; ${found.advice}`);
}

function otherJson(start: Buffer): Diagnosis | null {
  if (!/^[{[]/.test(textOf(start))) return null;
  return { got: 'JSON that is not one object a line', advice: 'choose another file, or write every event on a line of its own' };
}

function describe({ chosen, files }: ImportSource): string {
  if (chosen) return 'another file';
  const what = files.some((file) => file.isInArchive) ? 'an archive' : 'a folder';
  if (files.length === 0) return `${what} without files`;
  const names = files.slice(0, 5).map((file) => file.name);
  const more = files.length > names.length ? ` and ${files.length - names.length} more` : '';
  return `${what} with ${names.join(', ')}${more}`;
}
