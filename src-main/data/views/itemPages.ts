import type { ItemSummary } from '../../../src-shared/dataset.ts';
import type { DatasetReader, DatasetStore } from '../../store/datasetStore.ts';
import { createPauses } from '../../store/pauses.ts';
import { sortWithPauses } from '../../store/sortWithPauses.ts';

export interface ItemQuery {
  /** Part of the title, whatever its case, or the id that the source has. */
  search: string;
  sort: keyof ItemSummary;
  descending: boolean;
  offset: number;
  limit: number;
}

/** A dataset's items with the number of their events. */
interface CountedItems {
  readonly titles: readonly string[];
  readonly lowerCaseTitles: readonly string[];
  readonly genres: readonly string[];
  readonly externalIds: readonly string[];
  readonly events: Int32Array;
  /** The last order asked for. */
  order: { key: string; itemIds: Promise<Int32Array> } | null;
}

/** The dataset looked at last, by store: its timelines are counted once. */
const looked = new WeakMap<DatasetStore, { key: string; items: Promise<CountedItems> }>();

/** A page of a dataset's items. The first one counts the events of every item in the timelines; later ones read nothing. */
export async function listItems(store: DatasetStore, name: string, query: ItemQuery): Promise<{ total: number; rows: ItemSummary[] }> {
  const items = await countedItems(store, name);
  const itemIds = await orderOf(items, query);
  const page = itemIds.subarray(query.offset, query.offset + query.limit);
  return { total: itemIds.length, rows: Array.from(page, (itemId) => itemAt(items, itemId)) };
}

function countedItems(store: DatasetStore, name: string): Promise<CountedItems> {
  const { fingerprint, importedAtMs } = store.get(name);
  const key = [name, fingerprint, importedAtMs].join('\n');
  const before = looked.get(store);
  if (before?.key === key) return before.items;
  const items = countItems(store.open(name));
  looked.set(store, { key, items });
  items.catch(() => looked.delete(store));
  return items;
}

async function countItems(reader: DatasetReader): Promise<CountedItems> {
  const events = new Int32Array(reader.titles.length);
  const pause = createPauses();
  for (const userId of reader.userIds) {
    for (const itemId of reader.timeline(userId).itemIds) events[itemId]! += 1;
    await pause();
  }
  const { titles, genres } = reader;
  const lowerCaseTitles = titles.map((title) => title.toLowerCase());
  return { titles, lowerCaseTitles, genres, externalIds: reader.sourceIds().items, events, order: null };
}

function orderOf(items: CountedItems, { search, sort, descending }: ItemQuery): Promise<Int32Array> {
  const wanted = search.trim().toLowerCase();
  const key = JSON.stringify([wanted, sort, descending]);
  if (items.order?.key !== key) {
    const found = Int32Array.from(items.titles.keys()).filter((itemId) => matches(items, itemId, wanted));
    const compare = comparisonOf(items, sort);
    const sign = descending ? -1 : 1;
    items.order = { key, itemIds: sortWithPauses(found, (a, b) => sign * compare(a, b) || a - b) };
  }
  return items.order.itemIds;
}

function matches({ lowerCaseTitles, externalIds }: CountedItems, itemId: number, wanted: string): boolean {
  return wanted === '' || lowerCaseTitles[itemId]!.includes(wanted) || externalIds[itemId]!.toLowerCase() === wanted;
}

const collator = new Intl.Collator('en', { numeric: true });

function comparisonOf(items: CountedItems, sort: ItemQuery['sort']): (a: number, b: number) => number {
  const { events } = items;
  if (sort === 'itemId') return (a, b) => a - b;
  if (sort === 'events') return (a, b) => events[a]! - events[b]!;
  const texts = { title: items.titles, genre: items.genres, externalId: items.externalIds }[sort];
  return (a, b) => collator.compare(texts[a]!, texts[b]!);
}

function itemAt({ titles, genres, externalIds, events }: CountedItems, itemId: number): ItemSummary {
  return { itemId, externalId: externalIds[itemId]!, title: titles[itemId]!, genre: genres[itemId]!, events: events[itemId]! };
}
