import type { CatalogueItem, FeatureVocabulary } from '../../store/datasetStore.ts';
import { mainGenre, UNKNOWN_GENRE } from '../../store/datasetWriter.ts';

export const SPECIAL_VALUES = ['[PAD]', '[OOV]'];
export const FIRST_VALUE_ID = SPECIAL_VALUES.length;
/** Stands for a value that the source does not have. */
export const UNKNOWN_VALUE = UNKNOWN_GENRE;

/** `title`: a value per item, id = ItemId + 2. `genre`: the main categories, sorted; left out where no item has one. */
export function itemFeatures(items: readonly CatalogueItem[]): FeatureVocabulary[] {
  const title: FeatureVocabulary = {
    name: 'title',
    kind: 'item',
    vocabulary: [...SPECIAL_VALUES, ...items.map((item) => item.title)],
    itemValues: Int32Array.from(items, (_, itemId) => itemId + FIRST_VALUE_ID),
  };
  if (items.every((item) => item.genres.length === 0)) return [title];
  const genres = [...SPECIAL_VALUES, ...[...new Set(items.map(mainGenre))].sort()];
  const ids = new Map(genres.map((genre, id) => [genre, id]));
  return [
    title,
    { name: 'genre', kind: 'item', vocabulary: genres, itemValues: Int32Array.from(items, (item) => ids.get(mainGenre(item))!) },
  ];
}
