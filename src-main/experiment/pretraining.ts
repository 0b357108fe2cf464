import { AppError } from '../../src-shared/errors.ts';
import type { Experiment, ScratchModelConfig } from '../../src-shared/experiment.ts';
import { pretrainingBatch } from '../data/batches.ts';
import { pretrainingRows } from '../data/windows.ts';
import type { DeviceTensors, Engine, HostTensors } from '../engine/engine.ts';
import { dropoutInputs, dropoutSpecs } from '../model/dropout.ts';
import { type LanguageModelShape, languageModelSpecs } from '../model/languageModel/languageModel.ts';
import { initializeParameters } from '../model/parameters.ts';
import { textLoss } from '../model/personalised.ts';
import { pretrainingLoss, type UserEncoderShape, userEncoderSpecs } from '../model/userEncoder/userEncoder.ts';
import { readWeights } from '../pretrained/weights.ts';
import { createLossFunction, type LossFunction } from '../training/gradientProgram.ts';
import { deriveSeed } from '../training/random.ts';
import { createEpochSampler, drawSubset } from '../training/sampling.ts';
import { decayedParameters } from '../training/strategies.ts';
import { pretrainingTexts } from './corpus.ts';
import { heldOutBatch } from './encoderExamples.ts';
import { createEncoderInputs, type EncoderInputs } from './encoderInputs.ts';
import { createItemCorpus } from './itemCorpus.ts';
import type { BaseLanguageModel } from './languageModels.ts';
import { reviewFeature } from './reviews.ts';
import type { RunContext } from './runContext.ts';
import { findSharedStage, hashDescription } from './sharedStages.ts';
import type { TrainingStageOptions } from './trainingStage.ts';
import { APP_VERSION } from './version.ts';

/** Held-out users on whom the validation loss of a stage is measured. */
export const VALIDATION_USERS = 256;

/** What makes two stages on the same data equal, apart from the configuration of the stage itself. */
interface SharedBetween {
  readonly engine: Pick<Engine, 'name' | 'provider'>;
  readonly experiment: Experiment;
  readonly run: Pick<RunContext['run'], 'datasetFingerprint'>;
}

function sharedDescription({ engine, experiment, run }: SharedBetween) {
  const { threads } = experiment.engine;
  const { seed } = experiment;
  return { version: APP_VERSION, engine: engine.name, provider: engine.provider, threads, seed, dataset: run.datasetFingerprint };
}

/** The content hash under which the pretrained encoder of a run is shared. */
export function encoderStageHash(between: SharedBetween, shape: UserEncoderShape): string {
  const { pretraining, dropout, clozeRate } = between.experiment.encoder;
  return hashDescription({ ...sharedDescription(between), stage: 'pretrain-encoder', shape, dropout, clozeRate, pretraining });
}

/** Pretraining of the user encoder; its parameters have the prediction heads. */
export function encoderStage(context: RunContext, shape: UserEncoderShape): TrainingStageOptions {
  const { experiment } = context;
  const { inputs: encoderInputs, ...training } = encoderTraining(context, shape);
  const { key, loss } = training;
  return {
    name: 'pretrain-encoder',
    sharedAs: encoderStageHash(context, shape),
    checkpointEvery: experiment.training.checkpointEvery,
    training: {
      ...training,
      validation: {
        every: experiment.training.validateEvery,
        measure: (parameters) => validateEncoder(context, shape, encoderInputs, { key, loss, parameters }),
      },
    },
  };
}

/** What `train` needs to pretrain a user encoder of an experiment: a function of its dataset, sizes and seed. */
export function encoderTraining(
  { experiment, reader, split }: Pick<RunContext, 'experiment' | 'reader' | 'split'>,
  shape: UserEncoderShape,
) {
  const { pretraining, dropout, features, clozeRate } = experiment.encoder;
  const specs = userEncoderSpecs(shape);
  const rows = pretrainingRows(reader, shape.maxHistory);
  const sampler = createEpochSampler({ ...pretraining, count: rows.length, seed: experiment.seed, stage: 'pretrain-encoder' });
  const places = shape.maxHistory + (shape.architecture === 'bert4rec' ? 1 : 0);
  const masks = dropoutSpecs(shape.numLayers, pretraining.batchSize, places, shape.dModel);
  const encoderInputs = createEncoderInputs({ shape, reader, train: split.train, clozeRate });
  const loss: LossFunction = (parameters, inputs) => pretrainingLoss(parameters, shape, inputs).loss;
  const batch = (step: number, micro: number): HostTensors => {
    const drawn = sampler.batch(step, micro).map((index) => rows[index]!);
    const seed = deriveSeed(experiment.seed, 'encoder inputs', step, micro);
    const inputs = encoderInputs.forTraining(pretrainingBatch(reader, drawn, features, shape.maxHistory), seed);
    if (dropout === 0) return inputs;
    return { ...inputs, ...dropoutInputs(masks, dropout, deriveSeed(experiment.seed, 'dropout', step, micro)) };
  };
  return {
    key: JSON.stringify(['encoder-pretraining', shape]),
    loss,
    parameters: initializeParameters(specs, experiment.seed),
    trainable: new Set(Object.keys(specs)),
    decayed: decayedParameters(specs),
    optimizer: pretraining,
    batch,
    tokensIn: (inputs: HostTensors) => countOnes(inputs['labels.mask']!.data),
    inputs: encoderInputs,
  };
}

/** Loss on the validation event of a fixed draw of users. */
async function validateEncoder(
  { engine, experiment, reader, split: { validation } }: RunContext,
  shape: UserEncoderShape,
  encoderInputs: EncoderInputs,
  program: { key: string; loss: LossFunction; parameters: DeviceTensors },
): Promise<Record<string, number>> {
  const drawn = drawSubset(validation.length, VALIDATION_USERS, experiment.seed, 'encoder validation').map((index) => validation[index]!);
  if (drawn.length === 0) return {};
  const lossOf = createLossFunction({ engine, ...program });
  const { batchSize } = experiment.encoder.pretraining;
  let sum = 0;
  for (let start = 0; start < drawn.length; start += batchSize) {
    const chunk = drawn.slice(start, start + batchSize);
    const heldOut = heldOutBatch(reader, chunk, experiment.encoder.features, shape.maxHistory);
    sum += chunk.length * (await lossOf(encoderInputs.forValidation(heldOut, deriveSeed(experiment.seed, 'encoder validation', start))));
  }
  return { validationLoss: sum / drawn.length };
}

/** The content hash under which the pretrained language model of a run is shared. */
export function languageModelStage(context: SharedBetween & Pick<RunContext, 'tokenizer' | 'reader'>, shape: LanguageModelShape): string {
  return languageModelStageHash({ ...context, tokenizerHash: hashDescription(context.tokenizer.json) }, shape);
}

/** As `languageModelStage`, from the hash of the tokenizer. */
export function languageModelStageHash(
  between: SharedBetween & Pick<RunContext, 'reader'> & { tokenizerHash: string },
  shape: LanguageModelShape,
): string {
  const { experiment, reader, tokenizerHash } = between;
  return hashDescription({
    ...sharedDescription(between),
    stage: 'pretrain-language-model',
    shape,
    pretraining: (experiment.languageModel as ScratchModelConfig).pretraining,
    tokenizer: tokenizerHash,
    ...(experiment.task === 'review' && { review: reviewFeature(experiment, reader.summary), reviewTokens: experiment.review.maxTokens }),
  });
}

/**
 * The parameters of a run's language model before fine-tuning, of a run that was trained.
 * @throws AppError `file-not-found` when the stage that pretrained them is gone
 */
export function languageModelBefore(
  context: Parameters<typeof languageModelStage>[0] & Pick<RunContext, 'workspace' | 'run'>,
  { folder, shape }: Pick<BaseLanguageModel, 'folder' | 'shape'>,
): HostTensors {
  if (folder !== null) return readWeights(folder);
  const { workspace, experiment, run } = context;
  if ((experiment.languageModel as ScratchModelConfig).pretraining.steps === 0) {
    return initializeParameters(languageModelSpecs(shape), experiment.seed);
  }
  const stage = findSharedStage(workspace, languageModelStage(context, shape));
  if (stage) return stage.parameters;
  throw new AppError(
    'file-not-found',
    `run "${run.id}": expected its language model as pretraining left it, which writes the summaries, got none; run the experiment again`,
  );
}

/** Pretraining of the language model on the texts of the dataset, so that it can write titles, or reviews. */
export function languageModelPretraining(context: RunContext, shape: LanguageModelShape): TrainingStageOptions {
  const { experiment, tokenizer, reader, taskSplit } = context;
  const { pretraining } = experiment.languageModel as ScratchModelConfig;
  const specs = languageModelSpecs(shape);
  const corpus = createItemCorpus(pretrainingTexts(experiment, reader, taskSplit.train), tokenizer, {
    ...pretraining,
    seed: experiment.seed,
    stage: 'pretrain-language-model',
    maxPositions: shape.maxPositions,
  });
  return {
    name: 'pretrain-language-model',
    sharedAs: languageModelStage(context, shape),
    checkpointEvery: experiment.training.checkpointEvery,
    training: {
      key: JSON.stringify(['text', shape]),
      loss: (parameters, inputs) => textLoss(parameters, { languageModel: shape, user: null }, inputs),
      parameters: initializeParameters(specs, experiment.seed),
      trainable: new Set(Object.keys(specs)),
      decayed: decayedParameters(specs),
      optimizer: pretraining,
      batch: corpus.batch,
      tokensIn: (inputs) => countOnes(inputs.targetWeights!.data),
    },
  };
}

export function countOnes(mask: Float32Array | Int32Array): number {
  let count = 0;
  for (const value of mask) count += value;
  return count;
}
