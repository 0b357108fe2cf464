import type { CategoryNoun } from '../../src-shared/dataset.ts';
import type { PromptEvent } from './prompts.ts';

/** Genres or categories that a profile names. */
const NAMED = 3;
/** The recent events are the last quarter. */
const RECENT_SHARE = 0.25;
/** Percentage points by which a share must have risen to count as a drift. */
const DRIFT = 10;

/**
 * What a history says about its user, in fixed words: "50 events; favourite genres Drama 20, Comedy 12, Action 8; lately more Comedy; rates 3.6 on
 * average, mostly 4.0, from 1.0 to 5.0". Equal histories give equal profiles.
 * @param events in time order
 * @returns the parts in order of importance, to be joined by "; "; nothing for an empty history
 */
export function profileParts(events: readonly PromptEvent[], noun: CategoryNoun): string[] {
  if (events.length === 0) return [];
  const parts = [countPart(events), favouritesPart(events, noun), driftPart(events), ratingPart(events)];
  return parts.filter((part) => part !== null);
}

function countPart({ length }: readonly PromptEvent[]): string {
  return length === 1 ? '1 event' : `${length} events`;
}

function favouritesPart(events: readonly PromptEvent[], noun: CategoryNoun): string {
  const ranked = ranking(events.map(({ genre }) => genre)).slice(0, NAMED);
  const plural = noun === 'genre' ? 'genres' : 'categories';
  return `favourite ${plural} ${ranked.map(([genre, count]) => `${genre.trim()} ${count}`).join(', ')}`;
}

/** The genre whose share among the recent events is the most above its share of all; null where nothing drifts. */
function driftPart(events: readonly PromptEvent[]): string | null {
  const recent = events.slice(-Math.ceil(events.length * RECENT_SHARE));
  const all = new Map(ranking(events.map(({ genre }) => genre)));
  let risen = '';
  let most = 0;
  for (const [genre, count] of ranking(recent.map((event) => event.genre))) {
    const points = (100 * count) / recent.length - (100 * all.get(genre)!) / events.length;
    if (points > most) [risen, most] = [genre, points];
  }
  return most < DRIFT ? null : `lately more ${risen.trim()}`;
}

function ratingPart(events: readonly PromptEvent[]): string | null {
  const written = events.map(({ rating }) => rating.trim()).filter((rating) => rating !== '' && Number.isFinite(Number(rating)));
  if (written.length === 0) return null;
  const ratings = written.map(Number);
  const mean = ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length;
  const sorted = written.toSorted((a, b) => Number(a) - Number(b));
  const [[usual]] = ranking(written) as [[string, number]];
  return `rates ${mean.toFixed(1)} on average, mostly ${usual}, from ${sorted[0]} to ${sorted.at(-1)}`;
}

/** Values with their counts, most frequent first; of equally frequent ones the first seen. */
function ranking(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
