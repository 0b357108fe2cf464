import { AppError } from '../../../src-shared/errors.ts';
import { firstLine, type ImportSource } from '../files/source.ts';
import type { SourceFile } from '../files/sourceFile.ts';
import { parseObject } from '../jsonLines.ts';
import type { ReviewLayout } from './reviewLayout.ts';

export interface ReviewFiles {
  reviews: SourceFile;
  /** null: items are known by their ids alone. */
  items: SourceFile | null;
}

/** Files of a source that are reviews, and those that are about items, by the keys of their first rows. */
export async function findReviewFiles(
  { files, chosen }: ImportSource,
  layout: ReviewLayout,
): Promise<{ reviews: SourceFile[]; items: SourceFile[] }> {
  const found: { reviews: SourceFile[]; items: SourceFile[] } = { reviews: [], items: [] };
  for (const file of files) {
    const keys = await keysOf(file);
    if (layout.isReview(keys)) found.reviews.push(file);
    else if (layout.isItem(keys)) found.items.push(file);
  }
  if (chosen && found.reviews.includes(chosen)) found.reviews = [chosen];
  else if (chosen && found.items.includes(chosen)) found.items = [chosen];
  else if (chosen) return { reviews: [], items: [] };
  return found;
}

/** The reviews, and the items that belong to them by their name. @throws AppError `file-not-found`, `input-invalid` */
export async function requireReviewFiles(source: ImportSource, layout: ReviewLayout): Promise<ReviewFiles> {
  const { reviews, items } = await findReviewFiles(source, layout);
  if (reviews.length === 0) {
    const beside = items[0] ? ` beside ${items[0].name} (${layout.items})` : '';
    const text = `expected a file of reviews${beside}, but there is none; put the reviews of the same data set there`;
    throw new AppError('file-not-found', `import "${source.path}": ${text}`, { position: { file: source.path } });
  }
  if (reviews.length === 1 && items.length <= 1) return { reviews: reviews[0]!, items: items[0] ?? null };
  const fitting = reviews.flatMap((file) =>
    items.filter((other) => stem(other) === stem(file)).map((other) => ({ reviews: file, items: other })),
  );
  if (fitting.length === 1 && reviews.length === 1) return fitting[0]!;
  const names = (reviews.length > 1 ? reviews : items).map((file) => file.name).join(', ');
  const what = reviews.length > 1 ? 'one file of reviews' : `one file of ${layout.items}`;
  const advice = reviews.length > 1 ? 'choose one of them' : 'leave only the one that belongs to the reviews';
  throw new AppError('input-invalid', `import "${source.path}": expected ${what}, got ${names}; ${advice}`);
}

/** "meta_Gift_Cards.json.gz" and "Gift_Cards_5.json.gz" are both "gift_cards". */
function stem({ name }: SourceFile): string {
  return name
    .toLowerCase()
    .replace(/(\.(json|jsonl|gz))+$/, '')
    .replace(/^(meta|reviews?)[_-]/, '')
    .replace(/_\d+$/, '');
}

/** Of the first row; where it is longer than what was looked at, all that look like keys. */
async function keysOf(file: SourceFile): Promise<ReadonlySet<string>> {
  const line = await firstLine(file);
  if (line === null || !line.startsWith('{')) return new Set();
  const row = parseObject(line);
  if (typeof row !== 'string') return new Set(Object.keys(row));
  return new Set(Array.from(line.matchAll(/['"](\w+)['"]\s*:/g), ([, key]) => key!));
}
