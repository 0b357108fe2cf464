import { beforeEach, describe, expect, it } from 'vitest';
import type { HostTensors } from '../../src-main/engine/engine.ts';
import { groupLabels, placeLabels, sharedHistoryInputs } from '../../src-main/experiment/sharedHistories.ts';
import type { DatasetReader } from '../../src-main/store/datasetStore.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { insertTinyDataset } from './tinyDataset.ts';

const labelsOf = (userId: number, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ userId, labelIndex: from + index }));
const EXAMPLES = [...labelsOf(0, 1, 5), ...labelsOf(2, 1, 2)];

describe('groupLabels', () => {
  it('cuts each user from the end backwards, so that the oldest group is the short one', () => {
    expect(groupLabels(EXAMPLES, 2)).toEqual([labelsOf(0, 1, 1), labelsOf(0, 2, 3), labelsOf(0, 4, 5), labelsOf(2, 1, 2)]);
  });

  it('keeps every example once and never mixes users', () => {
    for (const size of [1, 3, 4, 100]) {
      const groups = groupLabels(EXAMPLES, size);
      expect(groups.flat()).toEqual(EXAMPLES);
      for (const group of groups) expect(new Set(group.map(({ userId }) => userId)).size).toBe(1);
    }
  });
});

describe('sharedHistoryInputs', () => {
  const groups = [labelsOf(2, 3, 5), labelsOf(3, 1, 1)];
  let reader: DatasetReader;
  let inputs: HostTensors;
  beforeEach(() => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    reader = workspace.datasets.open('tiny');
    inputs = sharedHistoryInputs(reader, groups, { size: 3, features: ['title'], historyLength: 4 });
  });
  const rows = (name: string) => {
    const { data, shape } = inputs[name]!;
    return Array.from({ length: shape[0]! }, (_, row) => Array.from(data.subarray(row * shape[1]!, (row + 1) * shape[1]!)));
  };

  it('holds the events before the last label of each group once', () => {
    const titles = reader.itemFeature('title');
    const expected = [...reader.timeline(2).itemIds.subarray(1, 5)].map((itemId) => titles[itemId]);
    expect(rows('history.title')[0]).toEqual(expected);
    expect(rows('history.mask')).toEqual([
      [1, 1, 1, 1],
      [1, 0, 0, 0],
    ]);
  });

  it('shows each label the events before itself, and an empty place none', () => {
    expect(placeLabels(groups, 3)).toEqual([...groups[0]!, groups[1]![0], null, null]);
    expect(rows('history.visible')).toEqual([
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
});
