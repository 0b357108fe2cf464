import { type CategoryNoun, categoryNoun } from '../../../src-shared/dataset.ts';
import { datasets } from '../../state/stores.ts';

/** As headings; films have genres, anything else has categories. */
export const CATEGORY_HEADINGS: Record<CategoryNoun, { one: string; many: string }> = {
  genre: { one: 'Genre', many: 'Genres' },
  category: { one: 'Category', many: 'Categories' },
};

/** What the items of a dataset have. */
export function useCategoryNoun(name: string): CategoryNoun {
  return datasets.use((state) => {
    const summary = state.value.find((dataset) => dataset.name === name);
    return summary ? categoryNoun(summary) : 'genre';
  });
}

/** The columns with the heading of the column `genre` as the dataset's items call for. */
export function withCategoryHeading<T extends { id: string }>(columns: readonly T[], noun: CategoryNoun): T[] {
  return columns.map((column) => (column.id === 'genre' ? { ...column, header: CATEGORY_HEADINGS[noun].one } : column));
}
