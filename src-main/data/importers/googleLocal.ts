import { plainText } from '../html.ts';
import type { JsonObject } from '../jsonLines.ts';
import { distinct, type ReviewLayout, readId, readStars, readTime, textOf } from './reviewLayout.ts';

/** Google Local of 2021 (Li, Shang, McAuley; Yan et al.): milliseconds, user ids of 21 digits, places by `gmap_id`. */
export const googleLocalLayout: ReviewLayout = {
  format: 'google-local',
  items: 'places',
  texts: ['review'],
  isReview: (keys) => keys.has('user_id') && keys.has('gmap_id'),
  isItem: (keys) => keys.has('gmap_id') && !keys.has('user_id'),
  readReview(row) {
    const user = readId(row, 'user_id');
    if (typeof user === 'string') return user;
    const item = readId(row, 'gmap_id');
    if (typeof item === 'string') return item;
    const timeMs = readTime(row, 'time', 1);
    if (typeof timeMs === 'string') return timeMs;
    const rating = readStars(row, 'rating');
    if (typeof rating === 'string') return rating;
    return { user: user.id, item: item.id, timeMs, rating, texts: [textOf(row, 'text')] };
  },
  readItem(row) {
    const id = readId(row, 'gmap_id');
    if (typeof id === 'string') return id;
    return { externalId: id.id, title: plainText(textOf(row, 'name')) || id.id, genres: categoriesOf(row) };
  },
  finishItems: (items) => items,
};

function categoriesOf({ category }: JsonObject): string[] {
  const values: unknown[] = Array.isArray(category) ? category : [category];
  return distinct(values.map((value) => (typeof value === 'string' ? plainText(value) : '')));
}
