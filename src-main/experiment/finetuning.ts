import type { Example } from '../data/windows.ts';
import type { DeviceTensors, HostTensors } from '../engine/engine.ts';
import { gateValues } from '../model/integration/crossAttention.ts';
import { initializeParameters, type ParameterSpecs } from '../model/parameters.ts';
import { type PersonalisedShape, textLoss } from '../model/personalised.ts';
import { createLossFunction, type LossFunction } from '../training/gradientProgram.ts';
import { createLengthGroupedSampler, drawSubset } from '../training/sampling.ts';
import { decayedParameters, trainableParameters } from '../training/strategies.ts';
import { countOnes, VALIDATION_USERS } from './pretraining.ts';
import type { RunContext } from './runContext.ts';
import { finetunedSpecs } from './shapes.ts';
import { groupLabels, type LabelGroup, placeLabels, sharedHistoryInputs } from './sharedHistories.ts';
import { isWrittenByModel } from './summaries.ts';
import type { TextExamples } from './textExamples.ts';
import { runTrainingStage, type TrainingStageOptions } from './trainingStage.ts';

/** Steps between two values of the gates. */
const GATES_EVERY = 5;

export interface Finetuning {
  readonly shape: PersonalisedShape;
  readonly examples: TextExamples;
  /** Parameters from the pretraining stages; whatever they lack starts fresh. */
  readonly pretrained: HostTensors;
  /** Those of them that were read from the folder of a pretrained language model. */
  readonly languageModelWeights?: HostTensors;
}

/** Inputs of `textLoss`: texts, and histories where the model has a user path. */
export function textLossInputs({ shape, examples }: Pick<Finetuning, 'shape' | 'examples'>, chunk: readonly Example[]): HostTensors {
  return { ...examples.textInputs(chunk), ...(shape.user && examples.historyInputs(chunk)) };
}

/** The same for groups of labels, each of which shares one history. */
function sharedLossInputs({ experiment, reader }: RunContext, { shape, examples }: Finetuning, groups: readonly LabelGroup[]): HostTensors {
  const size = experiment.training.labelsPerHistory;
  const { features } = experiment.encoder;
  const historyLength = experiment.history.embedded;
  return {
    ...examples.textInputs(placeLabels(groups, size)),
    ...(shape.user && sharedHistoryInputs(reader, groups, { size, features, historyLength })),
  };
}

export function textLossKey(shape: PersonalisedShape): string {
  return JSON.stringify(['personalised-text', shape]);
}

/** Trains the personalised model on the task's examples; returns every parameter of the model. */
export async function finetune(context: RunContext, finetuning: Finetuning): Promise<HostTensors> {
  const { stage, groups, sampler } = finetuneStage(context, finetuning);
  if (isWrittenByModel(context.experiment)) await finetuning.examples.prepare(examplesRead(context, groups, sampler));
  return runTrainingStage(context, stage);
}

/** Fine-tuning as a stage, and what it draws its batches from: groups of labels that share a history. */
export function finetuneStage(context: RunContext, finetuning: Finetuning) {
  const { experiment, taskSplit } = context;
  const { shape, languageModelWeights = {} } = finetuning;
  const specs = finetunedSpecs(shape);
  const { labelsPerHistory, batchSize, accumulation } = experiment.training;
  const groups = groupLabels(taskSplit.train, labelsPerHistory);
  const sampler = createLengthGroupedSampler(
    { seed: experiment.seed, stage: 'finetune', count: groups.length, batchSize: batchSize / labelsPerHistory, accumulation },
    (index) => Math.max(...groups[index]!.map((example) => finetuning.examples.textLength(example))),
  );
  const loss: LossFunction = (parameters, inputs) => textLoss(parameters, shape, inputs);
  const trainable = trainableParameters(specs, experiment.strategy);
  const gates = Object.keys(specs).filter((name) => specs[name]!.component === 'gates');
  const stage: TrainingStageOptions = {
    name: 'finetune',
    sharedAs: null,
    checkpointEvery: experiment.training.checkpointEvery,
    readElsewhere: new Set(Object.keys(languageModelWeights).filter((name) => !trainable.has(name))),
    training: {
      key: textLossKey(shape),
      loss,
      parameters: startingParameters(specs, finetuning, experiment.seed),
      trainable,
      decayed: decayedParameters(specs),
      optimizer: experiment.training,
      batch: (step, micro) => {
        const drawn = sampler.batch(step, micro).map((index) => groups[index]!);
        return labelsPerHistory === 1 ? textLossInputs(finetuning, drawn.flat()) : sharedLossInputs(context, finetuning, drawn);
      },
      tokensIn: (inputs) => countOnes(inputs.targetWeights!.data),
      validation: { every: experiment.training.validateEvery, measure: (parameters) => validate(context, finetuning, parameters) },
      ...(gates.length > 0 && { watch: { every: GATES_EVERY, names: gates, measure: gateMetrics } }),
    },
  };
  return { stage, groups, sampler };
}

/** Pretrained where there is something pretrained, else fresh. */
function startingParameters(specs: ParameterSpecs, { pretrained }: Finetuning, seed: number): HostTensors {
  const missing = Object.fromEntries(Object.entries(specs).filter(([name]) => !pretrained[name]));
  const fresh = initializeParameters(missing, seed);
  return Object.fromEntries(Object.keys(specs).map((name) => [name, pretrained[name] ?? fresh[name]!]));
}

/** Every example that training and its validation will read. */
export function examplesRead(
  context: RunContext,
  groups: readonly LabelGroup[],
  sampler: ReturnType<typeof createLengthGroupedSampler>,
): Example[] {
  const { steps, accumulation } = context.experiment.training;
  const drawn = new Set<number>();
  for (let number = 0; number < steps * accumulation && drawn.size < groups.length; number++) {
    for (const index of sampler.batch(Math.floor(number / accumulation), number % accumulation)) drawn.add(index);
  }
  return [...[...drawn].flatMap((index) => groups[index]!), ...validationExamples(context)];
}

function validationExamples({ experiment, taskSplit: { validation } }: RunContext): Example[] {
  return drawSubset(validation.length, VALIDATION_USERS, experiment.seed, 'validation').map((index) => validation[index]!);
}

function gateMetrics(parameters: HostTensors): Record<string, number> {
  return Object.fromEntries(gateValues(parameters).map(({ layer, value }) => [`gate.${layer}`, value]));
}

/** Loss on the validation examples of a fixed draw of users. */
async function validate(context: RunContext, finetuning: Finetuning, parameters: DeviceTensors): Promise<Record<string, number>> {
  const drawn = validationExamples(context);
  if (drawn.length === 0) return {};
  return { validationLoss: await meanTextLoss(context, finetuning, parameters, drawn) };
}

/** `textLoss` over many examples: the mean over their target tokens. */
export async function meanTextLoss(
  { engine, experiment }: Pick<RunContext, 'engine' | 'experiment'>,
  finetuning: Pick<Finetuning, 'shape' | 'examples'>,
  parameters: DeviceTensors,
  examples: readonly Example[],
): Promise<number> {
  const { shape } = finetuning;
  const lossOf = createLossFunction({ engine, key: textLossKey(shape), loss: (p, inputs) => textLoss(p, shape, inputs), parameters });
  const { batchSize } = experiment.training;
  let sum = 0;
  let tokens = 0;
  for (let start = 0; start < examples.length; start += batchSize) {
    const inputs = textLossInputs(finetuning, examples.slice(start, start + batchSize));
    const count = countOnes(inputs.targetWeights!.data);
    sum += count * (await lossOf(inputs));
    tokens += count;
  }
  return sum / tokens;
}
