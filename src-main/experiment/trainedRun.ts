import { AppError } from '../../src-shared/errors.ts';
import { type Experiment, experimentSchema } from '../../src-shared/experiment.ts';
import type { ModelSummary } from '../../src-shared/model.ts';
import type { RunDetail } from '../../src-shared/run.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import type { HostTensors } from '../engine/engine.ts';
import { languageModelSpecs } from '../model/languageModel/languageModel.ts';
import { mergedModel, type PersonalisedShape } from '../model/personalised.ts';
import { readWeights } from '../pretrained/weights.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';
import { readCheckpoint } from './checkpoints.ts';
import { type BaseLanguageModel, openTrainedLanguageModel, pretrainedModel, requireUnchangedModel } from './languageModels.ts';
import { encoderShape, personalisedShape } from './shapes.ts';

/** A run whose model was fine-tuned, as its checkpoint holds it. */
interface TrainedCheckpoint {
  readonly run: RunDetail;
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly languageModel: BaseLanguageModel;
  readonly shape: PersonalisedShape;
  /** Those of its checkpoint: adapters beside their weights, and without the weights of a pretrained model that did not train. */
  readonly parameters: HostTensors;
}

/** A run whose model was fine-tuned, with that model's parameters. */
export interface TrainedRun extends TrainedCheckpoint {
  /** Those of its checkpoint, adapters merged: all of them, or all but the weights of `frozen`. */
  readonly parameters: HostTensors;
  /** The pretrained language model whose weights did not train. */
  readonly frozen: ModelSummary | null;
}

/** @throws AppError `run-not-found`, `input-invalid` when its finetune stage is not done */
export async function openTrainedRun(workspace: Workspace, runId: string): Promise<TrainedRun> {
  const checkpoint = await openTrainedCheckpoint(workspace, runId);
  const { run, experiment, languageModel } = checkpoint;
  // Adapters merge into the weights that they stand beside; a pretrained model's are not in the checkpoint.
  const adapted = checkpoint.shape.lora ? pretrainedModel(workspace, experiment) : null;
  const stored = { ...(adapted && readWeights(adapted.path)), ...checkpoint.parameters };
  const { shape, parameters } = mergedModel({ shape: checkpoint.shape, parameters: stored });
  const isWhole = Object.keys(languageModelSpecs(languageModel.shape)).every((name) => parameters[name]);
  const frozen = isWhole ? null : pretrainedModel(workspace, experiment);
  if (frozen) await requireUnchangedModel(run, experiment, frozen.path);
  return { ...checkpoint, shape, parameters, frozen };
}

/** @throws AppError as `openTrainedRun` */
export async function openTrainedCheckpoint(workspace: Workspace, runId: string): Promise<TrainedCheckpoint> {
  const run = workspace.runs.get(runId);
  const checkpoint = workspace.runs.latestCheckpoint(run.id, 'finetune');
  if (!checkpoint || !run.stages.some(({ name, status }) => name === 'finetune' && status === 'done')) {
    throw new AppError(
      'input-invalid',
      `run "${run.id}": expected a run whose finetune stage is done, got one that is ${run.status}; let it finish first`,
    );
  }
  const experiment = experimentSchema.parse(run.config);
  const reader = await openDatasetView(workspace.datasets, run.datasetName, experiment.data);
  const languageModel = openTrainedLanguageModel(workspace, run, experiment);
  const shape = personalisedShape(languageModel.shape, experiment, encoderShape(experiment, reader));
  return { run, experiment, reader, languageModel, shape, parameters: readCheckpoint(checkpoint.path).state.parameters };
}
