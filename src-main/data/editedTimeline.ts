import { AppError } from '../../src-shared/errors.ts';
import type { HistoryEvent } from '../../src-shared/history.ts';
import type { DatasetReader, Timeline } from '../store/datasetStore.ts';

const OUT_OF_VOCABULARY = 1;

/**
 * The dataset as if the user had done exactly these events. Everyone else's timeline is as it was.
 * @throws AppError `input-invalid` for an event, item or rating that there is not
 */
export function withHistory(reader: DatasetReader, userId: number, events: readonly HistoryEvent[]): DatasetReader {
  const edited = editTimeline(reader, reader.timeline(userId), events);
  // Everything else stays the reader's own; only this question is answered anew.
  const timeline = (id: number) => (id === userId ? edited : reader.timeline(id));
  return Object.assign(Object.create(reader) as DatasetReader, { timeline });
}

/** The events in the order given. One that was added takes the time of the event before it, and is unknown in every feature but its rating. */
function editTimeline(reader: DatasetReader, timeline: Timeline, events: readonly HistoryEvent[]): Timeline {
  const timestampsMs = new Float64Array(events.length);
  const itemIds = Int32Array.from(events, (event) => itemOf(reader, timeline, event));
  for (const [place, event] of events.entries()) {
    timestampsMs[place] = 'eventIndex' in event ? timeline.timestampsMs[event.eventIndex]! : (timestampsMs[place - 1] ?? 0);
  }
  const eventFeatures = Object.fromEntries(
    Object.entries(timeline.eventFeatures).map(([feature, valueIds]) => [
      feature,
      Int32Array.from(events, (event) => ('eventIndex' in event ? valueIds[event.eventIndex]! : addedValue(reader, feature, event.rating))),
    ]),
  );
  return { itemIds, timestampsMs, eventFeatures };
}

function itemOf(reader: DatasetReader, timeline: Timeline, event: HistoryEvent): number {
  const [what, index, count] =
    'eventIndex' in event
      ? (['event', event.eventIndex, timeline.itemIds.length] as const)
      : (['item', event.itemId, reader.titles.length] as const);
  if (index >= count)
    throw new AppError('input-invalid', `history: expected an ${what} from 0 to ${count - 1}, got ${index}; choose another`);
  return 'eventIndex' in event ? timeline.itemIds[index]! : index;
}

function addedValue(reader: DatasetReader, feature: string, rating: string): number {
  if (feature !== 'rating') return OUT_OF_VOCABULARY;
  const valueId = reader.vocabulary('rating').indexOf(rating);
  if (valueId > OUT_OF_VOCABULARY) return valueId;
  const known = reader.vocabulary('rating').slice(OUT_OF_VOCABULARY + 1);
  throw new AppError('input-invalid', `history: expected one of the ratings ${known.join(', ')}, got "${rating}"; choose one of them`);
}
