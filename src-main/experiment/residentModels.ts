import type { Experiment } from '../../src-shared/experiment.ts';
import type { ModelSummary } from '../../src-shared/model.ts';
import type { DeviceTensors, Engine } from '../engine/engine.ts';
import { uploadWeights } from '../pretrained/weights.ts';
import type { Workspace } from '../store/workspace.ts';
import { openEngine } from './engines.ts';

/** A pretrained language model's weights on an engine. Whoever uses them asks `residentModel` again before each use. */
export interface ResidentModel {
  readonly engine: Engine;
  readonly parameters: DeviceTensors;
  /** False once another model took its place: engine and tensors are disposed. */
  isOpen: boolean;
}

interface Resident {
  readonly key: string;
  readonly model: Promise<ResidentModel>;
}

/**
 * The model used last in each open workspace. Its own texts and those of every run that froze it share one copy: loading a model and compiling
 * it takes longer than writing with it.
 */
const residents = new WeakMap<Workspace, Resident>();

/** @throws AppError `checkpoint-invalid`, `engine-unavailable` */
export async function residentModel(workspace: Workspace, summary: ModelSummary, engine: Experiment['engine']): Promise<ResidentModel> {
  const key = JSON.stringify([summary, engine]);
  const previous = residents.get(workspace);
  if (previous?.key === key) return previous.model;
  const model = close(previous).then(() => load(summary.path, engine));
  residents.set(workspace, { key, model });
  model.catch(() => residents.delete(workspace));
  return model;
}

async function close(resident: Resident | undefined): Promise<void> {
  const model = await resident?.model.catch(() => null);
  if (!model) return;
  model.isOpen = false;
  await model.engine.dispose();
}

async function load(folder: string, config: Experiment['engine']): Promise<ResidentModel> {
  const engine = await openEngine(config);
  try {
    return { engine, parameters: await uploadWeights(folder, engine), isOpen: true };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
