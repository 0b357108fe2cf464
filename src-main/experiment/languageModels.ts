import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { ModelSummary } from '../../src-shared/model.ts';
import type { RunDetail } from '../../src-shared/run.ts';
import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import { openCheckpoint } from '../pretrained/checkpoint.ts';
import { openCheckpointTokenizer } from '../pretrained/checkpointTokenizer.ts';
import { fingerprintOf } from '../pretrained/describe.ts';
import type { Workspace } from '../store/workspace.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { scratchShape } from './shapes.ts';
import { openRunTokenizer, openTokenizer } from './tokenizers.ts';

/** The language model of a run before it is fine-tuned. */
export interface BaseLanguageModel {
  readonly shape: LanguageModelShape;
  readonly tokenizer: Tokenizer;
  /** Tokens that end a text. */
  readonly stopTokens: ReadonlySet<number>;
  /** Folder of the pretrained weights; null: a small GPT from scratch. */
  readonly folder: string | null;
}

/** Key of `RunDetail.environment` under which a run keeps the fingerprint of its pretrained language model. */
export const FINGERPRINT_KEY = 'languageModelFingerprint';

/** The model that an experiment names; null: it makes its own from scratch. @throws AppError `model-not-found` */
export function pretrainedModel(workspace: Workspace, { languageModel }: Experiment): ModelSummary | null {
  return typeof languageModel === 'string' ? workspace.models.get(languageModel) : null;
}

/**
 * The shape of the pretrained model that an experiment names; null: it makes its own from scratch.
 * @throws AppError `model-not-found`, `checkpoint-invalid`, `experiment-invalid` when cross-attention cannot be put into it
 */
export function pretrainedShape(workspace: Workspace, experiment: Experiment): LanguageModelShape | null {
  const model = pretrainedModel(workspace, experiment);
  if (!model) return null;
  const { shape, close } = openCheckpoint(model.path);
  close();
  requireFit(model.name, shape, experiment);
  return shape;
}

/** What can be said of an experiment only once the model that it names is known. */
function requireFit(name: string, shape: LanguageModelShape, { integration }: Experiment): void {
  const { kind, numHeads, everyNthLayer } = integration;
  const refuse = (what: string) => {
    throw new AppError('experiment-invalid', what);
  };
  if (kind === 'cross-attention' && shape.dModel % numHeads !== 0) {
    refuse(`integration.numHeads: expected a divisor of ${shape.dModel}, the width of "${name}", got ${numHeads}`);
  }
  if (kind === 'cross-attention' && everyNthLayer > shape.numLayers) {
    refuse(`integration.everyNthLayer: expected at most ${shape.numLayers}, the layers of "${name}", got ${everyNthLayer}`);
  }
}

/**
 * Opens the language model of a run; a scratch model's tokenizer is trained on `tokenizerTexts` where the run has none yet.
 * @throws AppError as `pretrainedShape`; `run-not-resumable` when the model is not the one that the run began with
 */
export function openBaseLanguageModel(
  workspace: Workspace,
  run: RunDetail,
  experiment: Experiment,
  tokenizerTexts: () => string[],
): BaseLanguageModel {
  if (typeof experiment.languageModel === 'string') return openPretrained(workspace, run, experiment);
  const tokenizer = openTokenizer(workspace, run.id, experiment.languageModel.vocabularySize, tokenizerTexts);
  return scratchModel(experiment, tokenizer);
}

/** As `openBaseLanguageModel`, for a run that was trained. @throws AppError also `file-not-found` when it has no tokenizer */
export function openTrainedLanguageModel(workspace: Workspace, run: RunDetail, experiment: Experiment): BaseLanguageModel {
  if (typeof experiment.languageModel === 'string') return openPretrained(workspace, run, experiment);
  return scratchModel(experiment, openRunTokenizer(workspace, run.id));
}

function scratchModel(experiment: Experiment, tokenizer: Tokenizer): BaseLanguageModel {
  const shape = scratchShape(experiment, tokenizer.vocabularySize);
  return { shape, tokenizer, stopTokens: new Set([tokenizer.endOfText]), folder: null };
}

/** Reads every byte of a run's pretrained language model. @throws AppError `run-not-resumable` when it is not what the run began with */
export async function requireUnchangedModel(run: RunDetail, experiment: Experiment, folder: string): Promise<void> {
  if ((await fingerprintOf(folder)) !== run.environment[FINGERPRINT_KEY]) throw changedModel(run, experiment);
}

function changedModel(run: RunDetail, { languageModel }: Experiment): AppError {
  return new AppError(
    'run-not-resumable',
    `run "${run.id}": expected language model "${languageModel}" as it was when the run was made, got other content; start a new run`,
  );
}

function openPretrained(workspace: Workspace, run: RunDetail, experiment: Experiment): BaseLanguageModel {
  const { path, fingerprint } = pretrainedModel(workspace, experiment)!;
  if (run.environment[FINGERPRINT_KEY] !== fingerprint) throw changedModel(run, experiment);
  return { shape: pretrainedShape(workspace, experiment)!, ...openCheckpointTokenizer(path), folder: path };
}
