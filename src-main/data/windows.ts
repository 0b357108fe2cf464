import type { DatasetReader, Timeline } from '../store/datasetStore.ts';
import { timelineOf } from './timelines.ts';

/** One prediction: from the events before `labelIndex` of the user's timeline, the event at `labelIndex`. */
export interface Example {
  userId: number;
  labelIndex: number;
}

export interface Split {
  train: Example[];
  validation: Example[];
  test: Example[];
}

/** Events at the end of a timeline that are never training labels: the validation label and, last, the test label. */
export const HELD_OUT_EVENTS = 2;

/**
 * Leave-last-out: a user's last event is the test label, the one before it the validation label, and every earlier event a
 * training label - each as far as at least `minHistory` events precede it. By user, then by label.
 */
export function splitExamples(reader: DatasetReader, options: { minHistory: number }): Split {
  const split: Split = { train: [], validation: [], test: [] };
  for (const userId of reader.userIds) {
    const last = timelineOf(reader, userId).itemIds.length - 1;
    for (let labelIndex = Math.max(0, options.minHistory); labelIndex <= last; labelIndex++) {
      const part = labelIndex === last ? split.test : labelIndex === last - 1 ? split.validation : split.train;
      part.push({ userId, labelIndex });
    }
  }
  return split;
}

/** The window of the (up to) `historyLength` events before a label: indices [start, end). */
export function historyBefore(_timeline: Timeline, labelIndex: number, historyLength: number): { start: number; end: number } {
  return { start: Math.max(0, labelIndex - historyLength), end: labelIndex };
}

/** A stretch of a timeline: input events [start, start + length), each with the event after it as its label. */
export interface PretrainingRow {
  userId: number;
  start: number;
  /** At most the history length; where it is left out, as many as fit. */
  length?: number;
}

/** How many events of a timeline can be pretraining inputs: all but the held-out ones and the last one before them. */
export function pretrainingInputs(events: number): number {
  return Math.max(0, events - HELD_OUT_EVENTS - 1);
}

/**
 * Cuts every timeline into rows of `historyLength` events, from its end backwards (so that the shorter row is the oldest):
 * every event but a user's first and the held-out ones is a label in exactly one row.
 */
export function pretrainingRows(reader: DatasetReader, historyLength: number): PretrainingRow[] {
  const rows: PretrainingRow[] = [];
  for (const userId of reader.userIds) {
    const inputs = pretrainingInputs(timelineOf(reader, userId).itemIds.length);
    for (let end = inputs % historyLength || historyLength, start = 0; start < inputs; start = end, end += historyLength) {
      rows.push({ userId, start, length: Math.min(end, inputs) - start });
    }
  }
  return rows;
}
