import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HostTensors } from '../engine/engine.ts';
import { readSafetensors, writeSafetensors } from '../store/safetensors.ts';
import type { Workspace } from '../store/workspace.ts';

/** The outcome of a pretraining stage, kept in the workspace for every run that describes the same one. */
export interface SharedStage {
  parameters: HostTensors;
  /** The run that trained it. */
  runId: string;
  steps: number;
  seconds: number;
  finalLoss: number | null;
}

/** SHA-256 (hex) over a description; the order of its keys does not matter. */
export function hashDescription(description: unknown): string {
  return createHash('sha256').update(canonicalJson(description)).digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part as object).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function pathOf(workspace: Workspace, hash: string): string {
  return join(workspace.blobsPath, 'stages', `${hash}.safetensors`);
}

/** Whether some run has trained the stage. */
export function hasSharedStage(workspace: Workspace, hash: string): boolean {
  return existsSync(pathOf(workspace, hash));
}

export function findSharedStage(workspace: Workspace, hash: string): SharedStage | null {
  const path = pathOf(workspace, hash);
  if (!existsSync(path)) return null;
  const { tensors, metadata } = readSafetensors(path);
  return {
    parameters: tensors,
    runId: metadata.runId!,
    steps: Number(metadata.steps),
    seconds: Number(metadata.seconds),
    finalLoss: JSON.parse(metadata.finalLoss!) as number | null,
  };
}

export async function writeSharedStage(workspace: Workspace, hash: string, stage: SharedStage): Promise<void> {
  const { parameters, runId, steps, seconds, finalLoss } = stage;
  await writeSafetensors(pathOf(workspace, hash), parameters, {
    runId,
    steps: String(steps),
    seconds: String(seconds),
    finalLoss: JSON.stringify(finalLoss),
  });
}
