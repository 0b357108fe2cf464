import { AppError } from '../../src-shared/errors.ts';
import type { ExportRequest } from '../../src-shared/run.ts';
import { type LoraAdapters, writeAdapterFolder } from '../pretrained/adapterFolder.ts';
import { writeModelFolder } from '../pretrained/exportFolder.ts';
import { readWeights } from '../pretrained/weights.ts';
import type { Workspace } from '../store/workspace.ts';
import { pretrainedModel } from './languageModels.ts';
import { openTrainedCheckpoint, openTrainedRun } from './trainedRun.ts';

/**
 * Writes the fine-tuned language model of a run into a new folder, its user path beside it: `model` as a Hugging Face folder, adapters merged;
 * `adapters` as PEFT's adapters, the base model left where it is.
 * @throws AppError as `openTrainedRun`, `writeModelFolder` and `writeAdapterFolder`; `input-invalid` when a run without adapters should give them;
 * the reason of `signal`, and nothing is left of the folder then
 */
export async function exportRun(workspace: Workspace, request: ExportRequest, signal?: AbortSignal): Promise<{ path: string }> {
  if (request.what === 'adapters') await exportAdapters(workspace, request, signal);
  else await exportModel(workspace, request, signal);
  return { path: request.path };
}

async function exportModel(workspace: Workspace, { runId, path }: ExportRequest, signal?: AbortSignal): Promise<void> {
  const { languageModel, parameters: trained, frozen } = await openTrainedRun(workspace, runId);
  const parameters = { ...(frozen && readWeights(frozen.path)), ...trained };
  const { shape, tokenizer, folder } = languageModel;
  await writeModelFolder(path, { shape, parameters, tokenizer, base: folder }, signal);
}

async function exportAdapters(workspace: Workspace, { runId, path }: ExportRequest, signal?: AbortSignal): Promise<void> {
  const { run, experiment, languageModel, shape, parameters } = await openTrainedCheckpoint(workspace, runId);
  if (!shape.lora) {
    throw new AppError(
      'input-invalid',
      `export: expected a run with strategy "lora", got run "${run.id}" with "${experiment.strategy}", which has no adapters; export its model instead`,
    );
  }
  const adapters: LoraAdapters = { shape: languageModel.shape, lora: shape.lora, parameters };
  const base = pretrainedModel(workspace, experiment)?.path ?? null;
  await writeAdapterFolder(path, { ...adapters, tokenizer: languageModel.tokenizer, base }, signal);
}
