import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { historyBefore } from '../data/windows.ts';
import type { DatasetReader, Timeline } from '../store/datasetStore.ts';
import type { PromptEvent } from '../text/prompts.ts';

/** One event as prompts name it. */
export function promptEvent(reader: DatasetReader, { itemIds, eventFeatures }: Timeline, index: number): PromptEvent {
  const itemId = itemIds[index]!;
  const rating = eventFeatures['rating']?.[index] ?? 0;
  return {
    title: reader.titles[itemId]!,
    genre: reader.genres[itemId]!,
    rating: rating < FIRST_VALUE_ID ? '' : reader.vocabulary('rating')[rating]!,
  };
}

/** The last `count` events before `end` as prompts name them. */
export function promptEvents(reader: DatasetReader, timeline: Timeline, end: number, count: number): PromptEvent[] {
  const { start } = historyBefore(timeline, end, count);
  return Array.from({ length: end - start }, (_, offset) => promptEvent(reader, timeline, start + offset));
}
