import type { TimelineEvent } from '../../src-shared/dataset.ts';
import type { DatasetReader } from './datasetReader.ts';

/** One user's events as a person reads them. */
export function describeTimeline(reader: DatasetReader, userId: number): TimelineEvent[] {
  const { itemIds, timestampsMs, eventFeatures } = reader.timeline(userId);
  const ratings = eventFeatures.rating ? reader.vocabulary('rating') : [];
  return Array.from(itemIds, (itemId, index) => ({
    itemId,
    title: reader.titles[itemId]!,
    genre: reader.genres[itemId]!,
    rating: ratings[eventFeatures.rating?.[index] ?? 0] ?? '',
    timestampMs: timestampsMs[index]!,
  }));
}
