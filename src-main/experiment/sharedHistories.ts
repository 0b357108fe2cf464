import { historyBatch } from '../data/batches.ts';
import { timelineOf } from '../data/timelines.ts';
import { type Example, historyBefore } from '../data/windows.ts';
import { type HostTensors, ints } from '../engine/engine.ts';
import type { DatasetReader } from '../store/datasetStore.ts';

/**
 * Training labels that share one encoded history. The encoder is causal, so the embeddings of the events before the last label serve every
 * earlier one as well: each sees those of the events before itself. An encoder costs many times what a small language model does, and this
 * divides its share by the size of a group.
 */
export type LabelGroup = readonly Example[];

/** Cuts each user's labels into groups of at most `size` in a row, from the end backwards. `examples` by user, then by label. */
export function groupLabels(examples: readonly Example[], size: number): LabelGroup[] {
  const groups: LabelGroup[] = [];
  for (let end = examples.length; end > 0; ) {
    let start = end - 1;
    while (start > 0 && end - start < size && examples[start - 1]!.userId === examples[end - 1]!.userId) start--;
    groups.push(examples.slice(start, end));
    end = start;
  }
  return groups.reverse();
}

/** The labels of some groups, `size` places for each; places that a short group leaves empty are null. */
export function placeLabels(groups: readonly LabelGroup[], size: number): (Example | null)[] {
  return groups.flatMap((group) => Array.from({ length: size }, (_, place) => group[place] ?? null));
}

/**
 * @returns int32 `history.<feature>` and `history.mask` [groups, historyLength]: the events before each group's last label; int32
 *   `history.visible` [groups * size, historyLength]: 1 = the event comes before the label in that place
 */
export function sharedHistoryInputs(
  reader: DatasetReader,
  groups: readonly LabelGroup[],
  { size, features, historyLength }: { size: number; features: readonly string[]; historyLength: number },
): HostTensors {
  const lastLabels = groups.map((group) => group.at(-1)!);
  const visible = new Int32Array(groups.length * size * historyLength);
  for (const [index, label] of placeLabels(groups, size).entries()) {
    if (!label) continue;
    const { userId, labelIndex } = lastLabels[Math.floor(index / size)]!;
    const { start } = historyBefore(timelineOf(reader, userId), labelIndex, historyLength);
    visible.fill(1, index * historyLength, index * historyLength + label.labelIndex - start);
  }
  return {
    ...historyBatch(reader, lastLabels, features, historyLength),
    'history.visible': ints(visible, [groups.length * size, historyLength]),
  };
}
