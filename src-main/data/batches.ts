import { type HostTensors, ints } from '../engine/engine.ts';
import type { DatasetReader, Timeline } from '../store/datasetStore.ts';
import { timelineOf } from './timelines.ts';
import { type Example, historyBefore, type PretrainingRow, pretrainingInputs } from './windows.ts';

/** An int32 matrix [batch, historyLength], zero (PAD_ID) until written. */
interface Matrix {
  data: Int32Array;
  historyLength: number;
}

/**
 * The histories before some labels.
 * @returns int32 `history.<feature>` [batch, historyLength], vocabulary ids: events in time order from the left, PAD_ID after
 *   the last; int32 `history.mask` [batch, historyLength], 1 = an event (may attend). A label without history gives a row of zeros.
 * @throws AppError `input-invalid` for a feature that the dataset has not
 */
export function historyBatch(
  reader: DatasetReader,
  examples: readonly Example[],
  features: readonly string[],
  historyLength: number,
): HostTensors {
  const timelines = examples.map((example) => timelineOf(reader, example.userId));
  const windows = examples.map((example, row) => historyBefore(timelines[row]!, example.labelIndex, historyLength));
  return gather('history', reader, timelines, windows, features, historyLength);
}

/**
 * Rows of `pretrainingRows` with their labels.
 * @returns `history.*` as in `historyBatch`; int32 `labels.<feature>` [batch, historyLength]: the ids of the event after each
 *   input; int32 `labels.mask` [batch, historyLength]: 1 where there is a label to train on, never a validation or test event
 * @throws AppError `input-invalid` for a feature that the dataset has not
 */
export function pretrainingBatch(
  reader: DatasetReader,
  rows: readonly PretrainingRow[],
  features: readonly string[],
  historyLength: number,
): HostTensors {
  const timelines = rows.map((row) => timelineOf(reader, row.userId));
  const inputs = rows.map(({ start, length = historyLength }, index) => {
    const available = pretrainingInputs(timelines[index]!.itemIds.length) - start;
    return { start, end: start + Math.max(0, Math.min(length, historyLength, available)) };
  });
  const labels = inputs.map(({ start, end }) => ({ start: start + 1, end: end + 1 }));
  return {
    ...gather('history', reader, timelines, inputs, features, historyLength),
    ...gather('labels', reader, timelines, labels, features, historyLength),
  };
}

function gather(
  prefix: string,
  reader: DatasetReader,
  timelines: readonly Timeline[],
  windows: readonly { start: number; end: number }[],
  features: readonly string[],
  historyLength: number,
): HostTensors {
  const shape = [timelines.length, historyLength];
  const matrix = (): Matrix => ({ data: new Int32Array(timelines.length * historyLength), historyLength });
  const tensors: HostTensors = {};
  const kinds = new Map(reader.summary.features.map((feature) => [feature.name, feature.kind]));
  for (const feature of features) {
    const values = matrix();
    if (kinds.get(feature) === 'event') copyEventFeature(values, timelines, windows, feature);
    else lookUpItemFeature(values, timelines, windows, reader.itemFeature(feature));
    tensors[`${prefix}.${feature}`] = ints(values.data, shape);
  }
  const mask = matrix();
  windows.forEach(({ start, end }, row) => {
    mask.data.fill(1, row * historyLength, row * historyLength + end - start);
  });
  tensors[`${prefix}.mask`] = ints(mask.data, shape);
  return tensors;
}

function copyEventFeature(
  { data, historyLength }: Matrix,
  timelines: readonly Timeline[],
  windows: readonly { start: number; end: number }[],
  feature: string,
): void {
  windows.forEach(({ start, end }, row) => {
    data.set(timelines[row]!.eventFeatures[feature]!.subarray(start, end), row * historyLength);
  });
}

function lookUpItemFeature(
  { data, historyLength }: Matrix,
  timelines: readonly Timeline[],
  windows: readonly { start: number; end: number }[],
  valueByItem: Int32Array,
): void {
  for (let row = 0; row < windows.length; row++) {
    const { start, end } = windows[row]!;
    const { itemIds } = timelines[row]!;
    const first = row * historyLength - start;
    for (let index = start; index < end; index++) data[first + index] = valueByItem[itemIds[index]!]!;
  }
}
