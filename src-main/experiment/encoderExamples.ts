import { historyBatch } from '../data/batches.ts';
import { timelineOf } from '../data/timelines.ts';
import { type Example, historyBefore } from '../data/windows.ts';
import { type HostTensors, ints } from '../engine/engine.ts';
import type { DatasetReader } from '../store/datasetStore.ts';

/**
 * Held-out next events: `history.*` of the examples, and `labels.*` with the example's event as the only label, at the last event.
 * Examples without any event before the label have no label either.
 */
export function heldOutBatch(
  reader: DatasetReader,
  examples: readonly Example[],
  features: readonly string[],
  historyLength: number,
): HostTensors {
  const batch = historyBatch(reader, examples, features, historyLength);
  const shape = [examples.length, historyLength];
  const names = [...features, 'mask'];
  const labels = Object.fromEntries(names.map((name) => [name, new Int32Array(examples.length * historyLength)]));
  for (const [row, { userId, labelIndex }] of examples.entries()) {
    const timeline = timelineOf(reader, userId);
    const { start, end } = historyBefore(timeline, labelIndex, historyLength);
    if (start === end) continue;
    const last = row * historyLength + end - start - 1;
    for (const name of features) {
      const ofEvent = timeline.eventFeatures[name];
      labels[name]![last] = ofEvent ? ofEvent[labelIndex]! : reader.itemFeature(name)[timeline.itemIds[labelIndex]!]!;
    }
    labels.mask![last] = 1;
  }
  return { ...batch, ...Object.fromEntries(names.map((name) => [`labels.${name}`, ints(labels[name]!, shape)])) };
}
