import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import type { Catalogue, NewTimeline } from '../../src-main/store/datasetWriter.ts';
import type { NewRun } from '../../src-main/store/runStore.ts';
import { openWorkspace, type Workspace } from '../../src-main/store/workspace.ts';
import { experimentSchema } from '../../src-shared/experiment.ts';
import type { Stage, StageName } from '../../src-shared/run.ts';

const folders: string[] = [];
const open: Workspace[] = [];

afterEach(() => {
  for (const workspace of open.splice(0)) workspace.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'userllm-test-'));
  folders.push(folder);
  return folder;
}

/** A folder that is removed after the suite: call it where the suite is described. */
export function suiteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'userllm-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A workspace that is closed and removed after the test. */
export function temporaryWorkspace(path = join(temporaryFolder(), 'workspace')): Workspace {
  const workspace = openWorkspace(path);
  open.push(workspace);
  return workspace;
}

export function stage(name: StageName, values: Partial<Stage> = {}): Stage {
  return { name, status: 'pending', steps: 100, stepsDone: 0, seconds: 0, finalLoss: null, ...values };
}

export function newRun(values: Partial<NewRun> = {}): NewRun {
  return {
    id: 'run-0001',
    name: 'first',
    config: experimentSchema.parse({ dataset: 'films' }),
    source: '{ "dataset": "films" }',
    datasetName: 'films',
    datasetFingerprint: 'abc',
    environment: { node: '24' },
    stages: [stage('pretrain-encoder'), stage('finetune'), stage('evaluate')],
    ...values,
  };
}

export const films: Catalogue = {
  items: [
    { externalId: '10', title: 'Heat (1995)', genres: ['Action', 'Crime'] },
    { externalId: '20', title: 'Alien (1979)', genres: ['Horror'] },
    { externalId: '30', title: 'Untold (2001)', genres: [] },
  ],
  features: [
    {
      name: 'title',
      kind: 'item',
      vocabulary: ['[PAD]', '[OOV]', 'Heat (1995)', 'Alien (1979)', 'Untold (2001)'],
      itemValues: Int32Array.of(2, 3, 4),
    },
    { name: 'genre', kind: 'item', vocabulary: ['[PAD]', '[OOV]', 'Action', 'Horror', 'Unknown'], itemValues: Int32Array.of(2, 3, 4) },
    { name: 'rating', kind: 'event', vocabulary: ['[PAD]', '[OOV]', '3.5', '5.0'] },
  ],
};

/** A timeline with an event a second, starting at second 1. */
export function timelineOf(externalId: string, itemIds: number[], ratingIds: number[] = itemIds.map(() => 2)): NewTimeline {
  return {
    externalId,
    itemIds: Int32Array.from(itemIds),
    timestampsMs: Float64Array.from(itemIds, (_, index) => (index + 1) * 1000),
    eventFeatures: { rating: Int32Array.from(ratingIds) },
  };
}

/** The code and message of the AppError that `action` throws. */
export function errorOf(action: () => unknown): { code: unknown; message: string } {
  try {
    action();
  } catch (error) {
    return { code: (error as { code?: unknown }).code, message: (error as Error).message };
  }
  throw new Error('expected an error, got none');
}
