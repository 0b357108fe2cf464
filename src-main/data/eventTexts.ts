import type { DatasetReader } from '../store/datasetStore.ts';

/** 256 MB: strings of most languages take one or two bytes a character. */
const KEPT_CHARACTERS = 128_000_000;

/** Texts read last, up to a number of characters; those that nobody asked for the longest go first. */
export class TextCache {
  private readonly reader: Pick<DatasetReader, 'texts'>;
  private readonly keptCharacters: number;
  /** By feature and UserId, in the order of their last use. */
  private readonly texts = new Map<string, readonly string[]>();
  private characters = 0;

  constructor(reader: Pick<DatasetReader, 'texts'>, keptCharacters = KEPT_CHARACTERS) {
    this.reader = reader;
    this.keptCharacters = keptCharacters;
  }

  get(userId: number, feature: string): readonly string[] {
    const key = `${feature} ${userId}`;
    const known = this.texts.get(key);
    if (known) {
      this.texts.delete(key);
      this.texts.set(key, known);
      return known;
    }
    const read = this.reader.texts(userId, feature).map((text) => text.trim());
    this.texts.set(key, read);
    this.characters += lengthOf(read);
    this.forgetOldest();
    return read;
  }

  /** The ones that were asked for last stay, however long they are. */
  private forgetOldest(): void {
    for (const [key, texts] of this.texts) {
      if (this.characters <= this.keptCharacters || this.texts.size === 1) return;
      this.texts.delete(key);
      this.characters -= lengthOf(texts);
    }
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

const caches = new WeakMap<DatasetReader, TextCache>();

/** What a user wrote, a text for each event (as `DatasetReader.texts`, trimmed), read once per reader and kept while there is room for it. */
export function eventTextsOf(reader: DatasetReader, userId: number, feature: string): readonly string[] {
  let cache = caches.get(reader);
  if (!cache) {
    cache = new TextCache(reader);
    caches.set(reader, cache);
  }
  return cache.get(userId, feature);
}
