import { describe, expect, it } from 'vitest';
import { profileParts } from '../../src-main/text/profile.ts';

const event = (genre: string, rating = '4.0') => ({ title: 'Heat (1995)', genre, rating });
const times = (count: number, genre: string, rating?: string) => Array.from({ length: count }, () => event(genre, rating));

describe('profileParts', () => {
  it('counts events, names the favourites, the drift and the rating habits', () => {
    const events = [...times(8, 'Drama', '3.0'), ...times(4, 'Comedy', '5.0'), ...times(2, 'Action'), event('Horror'), event('Horror')];
    expect(profileParts(events, 'genre')).toEqual([
      '16 events',
      'favourite genres Drama 8, Comedy 4, Action 2',
      'lately more Action',
      'rates 3.8 on average, mostly 3.0, from 3.0 to 5.0',
    ]);
  });

  it('says nothing of a drift where the last quarter is like the rest', () => {
    const events = Array.from({ length: 16 }, (_, index) => event(index % 2 === 0 ? 'Drama' : 'Comedy'));
    expect(profileParts(events, 'genre').some((part) => part.startsWith('lately'))).toBe(false);
  });

  it('says nothing of ratings where there are none', () => {
    expect(profileParts([event('Guitars', ''), event('Guitars', '')], 'category')).toEqual(['2 events', 'favourite categories Guitars 2']);
  });

  it('puts equally frequent ones in the order in which they were first met', () => {
    expect(profileParts([event('B'), event('A'), event('C'), event('D')], 'genre')[1]).toBe('favourite genres B 1, A 1, C 1');
  });

  it('of one event, and of none', () => {
    expect(profileParts([event('Drama')], 'genre')[0]).toBe('1 event');
    expect(profileParts([], 'genre')).toEqual([]);
  });
});
