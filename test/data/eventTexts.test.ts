import { describe, expect, it } from 'vitest';
import { TextCache } from '../../src-main/data/eventTexts.ts';

describe('TextCache', () => {
  const readerOf = (read: string[]) => ({
    texts: (userId: number, feature: string) => {
      read.push(`${feature} ${userId}`);
      return [' a text ', ''];
    },
  });

  it('reads a user once, trimmed', () => {
    const read: string[] = [];
    const cache = new TextCache(readerOf(read));
    expect(cache.get(3, 'review')).toEqual(['a text', '']);
    expect(cache.get(3, 'review')).toBe(cache.get(3, 'review'));
    cache.get(3, 'summary');
    expect(read).toEqual(['review 3', 'summary 3']);
  });

  it('forgets what nobody asked for the longest', () => {
    const read: string[] = [];
    const cache = new TextCache(readerOf(read), 'a text'.length * 2);
    for (const userId of [1, 2, 1, 3, 1, 2]) cache.get(userId, 'review');
    expect(read).toEqual(['review 1', 'review 2', 'review 3', 'review 2']);
  });

  it('keeps the last user, however long the texts are', () => {
    const read: string[] = [];
    const cache = new TextCache(readerOf(read), 1);
    for (const userId of [1, 1, 2, 2]) cache.get(userId, 'review');
    expect(read).toEqual(['review 1', 'review 2']);
  });
});
