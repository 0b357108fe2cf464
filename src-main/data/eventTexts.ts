import type { DatasetReader } from '../store/datasetStore.ts';

const cache = new WeakMap<DatasetReader, Map<string, readonly string[]>>();

/** What a user wrote, a text for each event (as `DatasetReader.texts`), read once per reader and then kept. */
export function eventTextsOf(reader: DatasetReader, userId: number, feature: string): readonly string[] {
  let known = cache.get(reader);
  if (!known) {
    known = new Map();
    cache.set(reader, known);
  }
  const key = `${feature} ${userId}`;
  let texts = known.get(key);
  if (!texts) {
    texts = reader.texts(userId, feature).map((text) => text.trim());
    known.set(key, texts);
  }
  return texts;
}
