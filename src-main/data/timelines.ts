import type { DatasetReader, Timeline } from '../store/datasetStore.ts';

const cache = new WeakMap<DatasetReader, Map<number, Timeline>>();

/** A user's timeline, read once per reader and then kept: batches visit the same users over and over. Do not change it. */
export function timelineOf(reader: DatasetReader, userId: number): Timeline {
  let timelines = cache.get(reader);
  if (!timelines) {
    timelines = new Map();
    cache.set(reader, timelines);
  }
  let timeline = timelines.get(userId);
  if (!timeline) {
    timeline = reader.timeline(userId);
    timelines.set(userId, timeline);
  }
  return timeline;
}
