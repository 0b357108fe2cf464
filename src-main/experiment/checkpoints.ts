import { AppError } from '../../src-shared/errors.ts';
import type { HostTensors } from '../engine/engine.ts';
import { readSafetensors, writeSafetensors } from '../store/safetensors.ts';
import type { TrainingState } from '../training/trainer.ts';

const FORMAT = 'userllm-checkpoint-1';
const GROUPS = { parameter: 'parameters', first: 'firstMoments', second: 'secondMoments' } as const;
type Prefix = keyof typeof GROUPS;

/** A stage's state together with the wall-clock seconds that it took so far. */
export interface Checkpoint {
  state: TrainingState;
  seconds: number;
}

/** Writes a checkpoint (safetensors, atomically) and returns its size in bytes. Tensors are named `<group>/<parameter>`. */
export function writeCheckpoint(path: string, { state, seconds }: Checkpoint): Promise<number> {
  const tensors: HostTensors = {};
  for (const [prefix, group] of Object.entries(GROUPS)) {
    for (const [name, tensor] of Object.entries(state[group])) tensors[`${prefix}/${name}`] = tensor;
  }
  const { step, loss } = state;
  return writeSafetensors(path, tensors, { format: FORMAT, step: String(step), loss: JSON.stringify(loss), seconds: String(seconds) });
}

/** @throws AppError `checkpoint-invalid` when the file is broken or of another kind */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(path);
  if (metadata.format !== FORMAT) {
    throw new AppError('checkpoint-invalid', `${path}: expected a checkpoint of format ${FORMAT}, got ${metadata.format ?? 'none'}`);
  }
  const state: TrainingState = {
    step: Number(metadata.step),
    loss: JSON.parse(metadata.loss!) as number | null,
    parameters: {},
    firstMoments: {},
    secondMoments: {},
  };
  for (const [key, tensor] of Object.entries(tensors)) {
    const slash = key.indexOf('/');
    state[GROUPS[key.slice(0, slash) as Prefix]][key.slice(slash + 1)] = tensor;
  }
  return { state, seconds: Number(metadata.seconds) };
}
