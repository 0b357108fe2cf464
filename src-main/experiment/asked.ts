import type { Experiment } from '../../src-shared/experiment.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { DatasetReader } from '../store/datasetStore.ts';

/** What a run is asked about a user: what comes next; of a task about an item, the last one of the timeline. */
export function askedExample({ task }: Experiment, reader: DatasetReader, userId: number): Example {
  const events = timelineOf(reader, userId).itemIds.length;
  return { userId, labelIndex: task === 'review' ? Math.max(0, events - 1) : events };
}
