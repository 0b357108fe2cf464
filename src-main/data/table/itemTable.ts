import type { CatalogueItem } from '../../store/datasetStore.ts';
import { IdTable, ranksOf } from '../ingest/idTable.ts';
import type { Cell } from './tableFile.ts';

/**
 * The items that rows of a table name. Where rows disagree about an item, the title and the categories that sort first count:
 * the order of the rows must not matter.
 */
export class ItemTable {
  private readonly ids = new IdTable();
  private readonly titles: string[] = [];
  private readonly categories: string[] = [];
  private readonly separator: string | null;

  constructor(separator: string | null) {
    this.separator = separator;
  }

  indexOf(id: string, title: string, category: Cell): number {
    const index = this.ids.indexOf(id);
    this.titles[index] = smaller(this.titles[index], title.replace(/\s+/g, ' '));
    this.categories[index] = smaller(this.categories[index], JSON.stringify(this.split(category)));
    return index;
  }

  /** @returns the items by ItemId (in the order of their ids), and the ItemId by `indexOf` */
  finish(): { items: CatalogueItem[]; itemIds: Uint32Array } {
    const ids = this.ids.texts();
    const itemIds = ranksOf(ids);
    const items = new Array<CatalogueItem>(ids.length);
    for (const [index, externalId] of ids.entries()) {
      items[itemIds[index]!] = {
        externalId,
        title: this.titles[index] || externalId,
        genres: JSON.parse(this.categories[index] || '[]') as string[],
      };
    }
    return { items, itemIds };
  }

  private split(category: Cell): string[] {
    const parts = typeof category !== 'string' ? category : this.separator === null ? [category] : category.split(this.separator);
    return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
  }
}

/** What is empty does not count. */
function smaller(known: string | undefined, next: string): string {
  if (known === undefined || known === '' || known === '[]') return next;
  return next === '' || next === '[]' || known <= next ? known : next;
}
