import type { ImportPreview, Rejection } from '../../../src-shared/dataset.ts';
import type { CatalogueItem } from '../../store/datasetStore.ts';
import { diagnose, START_BYTES } from '../files/diagnosis.ts';
import { fileInfo, suggestName } from '../files/source.ts';
import { importError, readStart, type SourceFile } from '../files/sourceFile.ts';
import { EventCollector } from '../ingest/eventCollector.ts';
import { compareIds, IdTable } from '../ingest/idTable.ts';
import { type JsonObject, parseObject, readJsonLines } from '../jsonLines.ts';
import { readFirstLines } from '../lines.ts';
import { amazonLayouts } from './amazon.ts';
import { googleLocalLayout } from './googleLocal.ts';
import type { Importer, OpenedSource, ReadContext } from './importer.ts';
import { findReviewFiles, requireReviewFiles } from './reviewFiles.ts';
import type { ReviewLayout } from './reviewLayout.ts';

const PREVIEW_ROWS = 100;

function reviewImporter(layout: ReviewLayout): Importer {
  return {
    format: layout.format,

    async match(source) {
      const { reviews, items } = await findReviewFiles(source, layout);
      return reviews.length > 0 || items.length > 0;
    },

    async preview(source): Promise<ImportPreview> {
      const { reviews, items } = await requireReviewFiles(source, layout);
      const rows = await firstObjects(reviews, PREVIEW_ROWS);
      const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
      return {
        path: source.path,
        format: layout.format,
        suggestedName: suggestName(source.path),
        files: fileInfo(items ? [reviews, items] : [reviews]),
        columns,
        rows: rows.map((row) => columns.map((column) => cellText(row[column]))),
        firstLine: 1,
        mapping: null,
      };
    },

    async open(source, context): Promise<OpenedSource> {
      const { reviews, items } = await requireReviewFiles(source, layout);
      const catalogue = new ReviewedItems();
      if (items) await catalogue.read(items, layout, context);
      return collect(reviews, layout, catalogue, context);
    },
  };
}

export const reviewImporters: readonly Importer[] = [googleLocalLayout, ...amazonLayouts].map(reviewImporter);

async function collect(file: SourceFile, layout: ReviewLayout, catalogue: ReviewedItems, context: ReadContext): Promise<OpenedSource> {
  const collector = new EventCollector(context.temporaryPath, { rating: true, categories: [], texts: layout.texts });
  try {
    await readReviews(file, layout, catalogue, collector, context);
    if (collector.accepted === 0) throw nothingUsable(file, collector);
    const { items, itemIds } = catalogue.finish(layout);
    return collector.finish(items, itemIds, catalogue.rejections);
  } catch (error) {
    collector.close();
    throw error;
  }
}

async function readReviews(
  file: SourceFile,
  layout: ReviewLayout,
  catalogue: ReviewedItems,
  collector: EventCollector,
  { signal, progress }: ReadContext,
): Promise<void> {
  await requireData(file);
  await readJsonLines(
    file,
    (row) => {
      const review = 'value' in row ? layout.readReview(row.value) : row.problem;
      if (typeof review === 'string') collector.reject(file.name, row.line, review);
      else collector.add(review.user, catalogue.indexOf(review.item), review.timeMs, review.rating, [], review.texts);
    },
    (bytesRead) => {
      signal.throwIfAborted();
      progress.report('reading', collector.rows, Math.round((collector.rows * file.sizeBytes) / Math.max(1, bytesRead)));
    },
  );
}

/** Items of their file in its order, then those that only reviews name, by id. */
class ReviewedItems {
  readonly rejections: Rejection[] = [];
  private readonly ids = new IdTable();
  private readonly items: CatalogueItem[] = [];
  private readonly lines = new Map<string, number>();

  async read(file: SourceFile, layout: ReviewLayout, { signal }: ReadContext): Promise<void> {
    await requireData(file);
    await readJsonLines(
      file,
      (row) => {
        const reason = 'value' in row ? this.add(layout.readItem(row.value), row.line) : row.problem;
        if (reason !== null) this.rejections.push({ file: file.name, line: row.line, reason });
      },
      () => signal.throwIfAborted(),
    );
  }

  indexOf(id: string): number {
    return this.ids.indexOf(id);
  }

  /** @returns the items by ItemId, and the ItemId by `indexOf` */
  finish(layout: ReviewLayout): { items: CatalogueItem[]; itemIds: Uint32Array } {
    const known = this.items.length;
    const others = this.ids.texts().slice(known);
    const sorted = others.toSorted(compareIds);
    const places = new Map(sorted.map((id, index) => [id, known + index]));
    const itemIds = Uint32Array.from({ length: known + others.length }, (_, index) =>
      index < known ? index : places.get(others[index - known]!)!,
    );
    const unnamed = sorted.map((id) => ({ externalId: id, title: id, genres: [] }));
    return { items: layout.finishItems([...this.items, ...unnamed]), itemIds };
  }

  /** @returns why it cannot be used, or null */
  private add(item: CatalogueItem | string, line: number): string | null {
    if (typeof item === 'string') return item;
    const first = this.lines.get(item.externalId);
    if (first !== undefined) return `${item.externalId} is already in line ${first}`;
    this.lines.set(item.externalId, line);
    this.ids.indexOf(item.externalId);
    this.items.push(item);
    return null;
  }
}

async function requireData(file: SourceFile): Promise<void> {
  const found = diagnose(await readStart(file, START_BYTES));
  if (found) throw importError(file, `expected a JSON object in each line, got ${found.got}; ${found.advice}`, 1);
}

async function firstObjects(file: SourceFile, count: number): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  await readFirstLines(file, (text) => {
    const row = parseObject(text);
    if (typeof row !== 'string') rows.push(row);
    return rows.length >= count;
  });
  return rows;
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function nothingUsable(file: SourceFile, { rejected, rejections: [first] }: EventCollector): Error {
  const got = first ? `none of ${rejected}; line ${first.line}: ${first.reason}` : 'none';
  return importError(file, `expected at least one usable review, got ${got}; check that this is the file of reviews`);
}
