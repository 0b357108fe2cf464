import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportPreview, TableMapping, TimeFormat } from '../../../src-shared/dataset.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { START_BYTES } from '../files/diagnosis.ts';
import { fileInfo, type ImportSource, suggestName } from '../files/source.ts';
import { importError, readStart, type SourceFile } from '../files/sourceFile.ts';
import { EventCollector } from '../ingest/eventCollector.ts';
import { shorten } from '../ingest/numbers.ts';
import { guessMapping } from '../table/guessMapping.ts';
import { ItemTable } from '../table/itemTable.ts';
import { openTable, tableKind } from '../table/openTable.ts';
import { type Cell, cellText, type TableFile, type TableRow } from '../table/tableFile.ts';
import { guessTimeFormat, parseTime } from '../table/times.ts';
import type { Importer, OpenedSource, ReadContext } from './importer.ts';

/** More ratings than this are measurements, not a scale. */
const MAX_RATINGS = 1000;

/** Any table with a column of users and one of items. It is asked last: everything else is a table too. */
export const tableImporter: Importer = {
  format: 'table',

  async match(source) {
    return (await findTables(source)).length > 0;
  },

  preview: (source) =>
    withTemporaryFolder(async (folder): Promise<ImportPreview> => {
      const { file, columns, firstRows, firstLine } = await openTable(await requireTable(source), folder);
      const rows = firstRows.map((row) => [...row]);
      const mapping = guessMapping(columns, rows);
      return {
        path: source.path,
        format: 'table',
        suggestedName: suggestName(source.path),
        files: fileInfo([file]),
        columns: [...columns],
        rows,
        firstLine,
        mapping,
      };
    }),

  async open(source, context): Promise<OpenedSource> {
    const table = await openTable(await requireTable(source), context.temporaryPath);
    const mapping = context.mapping ? checkMapping(table, context.mapping) : completeGuess(table);
    return collect(table, mapping, context);
  },
};

async function withTemporaryFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'userllm-preview-'));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The chosen file; of a folder, those in which users and items can be told. */
async function findTables({ files, chosen }: ImportSource): Promise<SourceFile[]> {
  const isTable = async (file: SourceFile) => {
    try {
      return tableKind(await readStart(file, START_BYTES)) !== null;
    } catch (error) {
      if (error instanceof AppError || (error as NodeJS.ErrnoException).code === 'EACCES') return false;
      throw error;
    }
  };
  if (chosen) return (await isTable(chosen)) ? [chosen] : [];
  const found: SourceFile[] = [];
  for (const file of files) if ((await isTable(file)) && (await hasUsersAndItems(file))) found.push(file);
  return found;
}

function hasUsersAndItems(file: SourceFile): Promise<boolean> {
  return withTemporaryFolder(async (folder) => {
    try {
      const { columns, firstRows } = await openTable(file, folder);
      const { user, item } = guessMapping(columns, firstRows);
      return user !== null && item !== null;
    } catch (error) {
      // A damaged table; there may be a sound one beside it.
      if (error instanceof AppError) return false;
      throw error;
    }
  });
}

async function requireTable(source: ImportSource): Promise<SourceFile> {
  if (source.chosen) return source.chosen;
  const tables = await findTables(source);
  if (tables.length === 1) return tables[0]!;
  const got = tables.length === 0 ? 'none with columns of users and items' : tables.map((file) => file.name).join(', ');
  throw new AppError('input-invalid', `import "${source.path}": expected one table, got ${got}; choose the file itself`);
}

function completeGuess({ file, columns, firstRows }: TableFile): TableMapping {
  const guess = guessMapping(columns, firstRows);
  if (guess.user !== null && guess.item !== null) return { ...guess, user: guess.user, item: guess.item };
  const missing = guess.user === null ? 'user' : 'item';
  const text = `cannot tell which column is the ${missing} among ${shorten(columns.join(', '))}; give a mapping, such as user=<column>,item=<column>`;
  throw importError(file, text, 1);
}

function checkMapping({ file, columns, firstRows }: TableFile, mapping: TableMapping): TableMapping {
  const { user, item, time, rating, category, title, texts, features } = mapping;
  for (const column of [user, item, time, rating, category, title, ...texts, ...features]) {
    if (column === null || columns.includes(column)) continue;
    throw importError(file, `the mapping names a column "${column}", but there are ${shorten(columns.join(', '))}; correct the mapping`, 1);
  }
  const times = time === null ? [] : firstRows.map((row) => row[columns.indexOf(time)] ?? '');
  return { ...mapping, timeFormat: mapping.timeFormat ?? guessTimeFormat(times) };
}

async function collect(table: TableFile, mapping: TableMapping, context: ReadContext): Promise<OpenedSource> {
  const { rating, features, texts } = mapping;
  const names = features.map(featureName);
  const collector = new EventCollector(context.temporaryPath, { rating: rating !== null, categories: names, texts });
  try {
    const items = new ItemTable(mapping.categorySeparator);
    await readTable(table, new RowReader(mapping, items, collector, table.file.name), collector, context);
    if (collector.accepted === 0) throw nothingUsable(table.file, collector);
    if (collector.distinctRatings > MAX_RATINGS) throw tooManyRatings(table.file, rating!);
    const { items: catalogue, itemIds } = items.finish();
    return collector.finish(catalogue, itemIds);
  } catch (error) {
    collector.close();
    throw error;
  }
}

async function readTable(table: TableFile, reader: RowReader, collector: EventCollector, { signal, progress }: ReadContext): Promise<void> {
  await table.read(
    reader.columns,
    (row) => reader.take(row),
    (share) => {
      signal.throwIfAborted();
      progress.report('reading', collector.rows, share > 0 ? Math.round(collector.rows / share) : null);
    },
  );
}

/** Takes rows apart by a mapping: every one becomes an event or a rejection. */
class RowReader {
  /** The wanted columns: user, item, time, rating, title, category, then features and texts; each as often as it is used. */
  readonly columns: string[];
  private readonly mapping: TableMapping;
  private readonly items: ItemTable;
  private readonly collector: EventCollector;
  private readonly fileName: string;
  private readonly timeFormat: TimeFormat;
  private readonly places: Record<'time' | 'rating' | 'title' | 'category', number>;
  private readonly firstFeature: number;

  constructor(mapping: TableMapping, items: ItemTable, collector: EventCollector, fileName: string) {
    const { user, item, time, rating, title, category, features, texts } = mapping;
    this.mapping = mapping;
    this.items = items;
    this.collector = collector;
    this.fileName = fileName;
    this.timeFormat = mapping.timeFormat ?? 'seconds';
    this.columns = [user, item];
    const place = (column: string | null) => (column === null ? -1 : this.columns.push(column) - 1);
    this.places = { time: place(time), rating: place(rating), title: place(title), category: place(category) };
    this.firstFeature = this.columns.length;
    this.columns.push(...features, ...texts);
  }

  take(row: TableRow): void {
    const reason = 'cells' in row ? this.add(row.cells) : row.problem;
    if (reason !== null) this.collector.reject(this.fileName, row.line, reason);
  }

  /** @returns why the row cannot be used, or null */
  private add(cells: readonly Cell[]): string | null {
    const { mapping, places } = this;
    const [user, item] = [cellText(cells[0]!), cellText(cells[1]!)];
    if (user === '') return `${mapping.user} is empty`;
    if (item === '') return `${mapping.item} is empty`;
    const timeMs = places.time < 0 ? 0 : parseTime(cellText(cells[places.time]!), this.timeFormat);
    if (timeMs === null) return `${mapping.time} "${shorten(cellText(cells[places.time]!))}" is not a time (${this.timeFormat})`;
    const rating = places.rating < 0 ? null : readRating(cellText(cells[places.rating]!));
    if (Number.isNaN(rating)) return `${mapping.rating} "${shorten(cellText(cells[places.rating]!))}" is not a number`;
    const index = this.items.indexOf(
      item,
      places.title < 0 ? '' : cellText(cells[places.title]!),
      places.category < 0 ? '' : cells[places.category]!,
    );
    const others = cells.slice(this.firstFeature).map(cellText);
    this.collector.add(user, index, timeMs, rating, others.slice(0, mapping.features.length), others.slice(mapping.features.length));
    return null;
  }
}

/** null where there is none, NaN for what is no number. */
function readRating(text: string): number | null {
  if (text === '') return null;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** Features of every dataset have these names; a column of the same name is called by its role. */
function featureName(column: string): string {
  return ['title', 'genre', 'rating'].includes(column) ? `${column} (event)` : column;
}

function nothingUsable(file: SourceFile, { rejected, rejections: [first] }: EventCollector): Error {
  const got = first ? `none of ${rejected}; line ${first.line}: ${first.reason}` : 'none';
  return importError(file, `expected at least one usable row, got ${got}; check the mapping of its columns`);
}

function tooManyRatings(file: SourceFile, column: string): Error {
  const text = `the rating "${column}" has more than ${MAX_RATINGS} different values; leave it out of the mapping, or round it first`;
  return importError(file, text, 1);
}
