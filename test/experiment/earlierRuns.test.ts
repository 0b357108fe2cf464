import { describe, expect, it } from 'vitest';
import { earlierRuns, experimentKey } from '../../src-main/experiment/earlierRuns.ts';
import { FINGERPRINT_KEY } from '../../src-main/experiment/languageModels.ts';
import { initialStages } from '../../src-main/experiment/stages.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import type { ModelSummary } from '../../src-shared/model.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { createRun, insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

function create() {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
  return { workspace, find: () => earlierRuns(workspace, [workspace.datasets.get('tiny')]) };
}

function addModel(workspace: Workspace, fingerprint: string): void {
  const sizes = { parameters: 1, maxPositions: 64, vocabularySize: 300, sizeBytes: 1, addedAtMs: 1 };
  const model: ModelSummary = {
    ...sizes,
    name: 'stories',
    path: '/models',
    architecture: 'Llama',
    types: [],
    hasChatTemplate: false,
    licenseFile: null,
    fingerprint,
  };
  workspace.models.add(model);
}

describe('earlierRuns', () => {
  it('finds a run by everything but its name, the one that is furthest first', () => {
    const { workspace, find } = create();
    const experiment = tinyExperiment({ name: 'one' });
    createRun(workspace, 'done', experiment);
    workspace.runs.setStatus('done', 'completed');
    createRun(workspace, 'halted', { ...experiment, name: 'two' });
    workspace.runs.setStatus('halted', 'stopped');
    expect(find().get(experimentKey({ ...experiment, name: 'three' }))?.id).toBe('done');
    expect(find().get(experimentKey({ ...experiment, seed: 9 }))).toBeUndefined();
  });

  it('knows no run on other content of its dataset or its language model', () => {
    const { workspace, find } = create();
    const experiment = tinyExperiment({ languageModel: 'stories' });
    const { fingerprint } = workspace.datasets.get('tiny');
    const run = { name: 'a', config: experiment, source: '', datasetName: 'tiny', stages: initialStages(experiment, 14) };
    workspace.runs.create({ ...run, id: 'other-data', datasetFingerprint: 'x', environment: { [FINGERPRINT_KEY]: 'now' } });
    workspace.runs.create({ ...run, id: 'other-model', datasetFingerprint: fingerprint, environment: { [FINGERPRINT_KEY]: 'before' } });
    addModel(workspace, 'now');
    expect([...find().values()]).toEqual([]);
    workspace.runs.create({ ...run, id: 'same', datasetFingerprint: fingerprint, environment: { [FINGERPRINT_KEY]: 'now' } });
    expect([...find().values()].map(({ id }) => id)).toEqual(['same']);
  });
});
