import type { CatalogueItem } from '../../store/datasetStore.ts';
import { decodeEntities, plainText } from '../html.ts';
import type { JsonObject } from '../jsonLines.ts';
import { distinct, type ReviewLayout, readId, readStars, readTime, textOf } from './reviewLayout.ts';

const TEXTS = ['summary', 'review'];
/** Longer titles are pieces of pages. */
const MAX_TITLE = 500;

/** Reviews of 2014 and 2018 (He, McAuley; Ni, Li, McAuley): seconds, `asin`. They differ in `verified`. */
const secondsLayout = (
  format: 'amazon-2014' | 'amazon-2018',
  isReview: ReviewLayout['isReview'],
  isItem: ReviewLayout['isItem'],
): ReviewLayout => ({
  format,
  items: 'products',
  texts: TEXTS,
  isReview: (keys) => keys.has('reviewerID') && keys.has('asin') && isReview(keys),
  isItem: (keys) => keys.has('asin') && !keys.has('reviewerID') && !keys.has('parent_asin') && isItem(keys),
  readReview: (row) =>
    readReview(row, {
      user: 'reviewerID',
      item: 'asin',
      time: 'unixReviewTime',
      unitMs: 1000,
      rating: 'overall',
      texts: ['summary', 'reviewText'],
    }),
  readItem: (row) => readItem(row, 'asin'),
  finishItems: dropCommonRoot,
});

const amazon2014 = secondsLayout(
  'amazon-2014',
  (keys) => !keys.has('verified'),
  (keys) => !keys.has('category') && !keys.has('main_cat'),
);
const amazon2018 = secondsLayout(
  'amazon-2018',
  (keys) => keys.has('verified'),
  (keys) => keys.has('category') || keys.has('main_cat'),
);

/** Hou et al. 2023: milliseconds; variants of a product share its `parent_asin`. */
const amazon2023: ReviewLayout = {
  format: 'amazon-2023',
  items: 'products',
  texts: TEXTS,
  isReview: (keys) => keys.has('user_id') && keys.has('parent_asin'),
  isItem: (keys) => keys.has('parent_asin') && !keys.has('user_id'),
  readReview: (row) =>
    readReview(row, {
      user: 'user_id',
      item: row.parent_asin ? 'parent_asin' : 'asin',
      time: 'timestamp',
      unitMs: 1,
      rating: 'rating',
      texts: ['title', 'text'],
    }),
  readItem: (row) => readItem(row, 'parent_asin'),
  finishItems: dropCommonRoot,
};

export const amazonLayouts: readonly ReviewLayout[] = [amazon2023, amazon2018, amazon2014];

interface ReviewKeys {
  user: string;
  item: string;
  time: string;
  unitMs: number;
  rating: string;
  texts: readonly string[];
}

function readReview(row: JsonObject, keys: ReviewKeys): ReturnType<ReviewLayout['readReview']> {
  const user = readId(row, keys.user);
  if (typeof user === 'string') return user;
  const item = readId(row, keys.item);
  if (typeof item === 'string') return item;
  const timeMs = readTime(row, keys.time, keys.unitMs);
  if (typeof timeMs === 'string') return timeMs;
  const rating = readStars(row, keys.rating);
  if (typeof rating === 'string') return rating;
  return { user: user.id, item: item.id, timeMs, rating, texts: keys.texts.map((key) => decodeEntities(textOf(row, key))) };
}

function readItem(row: JsonObject, idKey: string): CatalogueItem | string {
  const id = readId(row, idKey);
  if (typeof id === 'string') return id;
  const title = plainText(textOf(row, 'title'));
  return { externalId: id.id, title: title === '' || title.length > MAX_TITLE ? id.id : title, genres: categoriesOf(row) };
}

/** `category` (2018), `categories` (2014: a list of paths, of which the first counts; 2023: a path), or the main category. */
function categoriesOf(row: JsonObject): string[] {
  for (const key of ['category', 'categories', 'main_cat', 'main_category']) {
    const value = row[key];
    const path = Array.isArray(value) ? (Array.isArray(value[0]) ? value[0] : value) : [value];
    const categories = distinct(path.map((part) => (typeof part === 'string' ? plainText(part) : '')));
    if (categories.length > 0) return categories;
  }
  return [];
}

/** A file of one department has it at the start of every path, where it tells nothing: what follows it counts. */
function dropCommonRoot(items: CatalogueItem[]): CatalogueItem[] {
  const roots = new Set(items.flatMap(({ genres }) => (genres.length > 1 ? [genres[0]!] : [])));
  if (roots.size !== 1) return items;
  const [root] = roots;
  return items.map((item) => (item.genres.length > 1 && item.genres[0] === root ? { ...item, genres: item.genres.slice(1) } : item));
}
