import type { RunDetail } from '../../src-shared/run.ts';
import type { Example } from '../data/windows.ts';
import type { HostTensors } from '../engine/engine.ts';
import { gateValues } from '../model/integration/crossAttention.ts';
import { countParameters } from '../model/parameters.ts';
import { mergedModel, type PersonalisedShape } from '../model/personalised.ts';
import { rankedFeatures, type UserEncoderShape } from '../model/userEncoder/userEncoder.ts';
import { drawSubset } from '../training/sampling.ts';
import { trainableParameters } from '../training/strategies.ts';
import { evaluateEncoder, evaluatePopularity, evaluateRepeatLast } from './evaluateEncoder.ts';
import { evaluateFusion } from './evaluateFusion.ts';
import { evaluateLoss } from './evaluateLoss.ts';
import { evaluateRetention } from './evaluateRetention.ts';
import { evaluateTexts, majorityBaseline, type TextEvaluation } from './evaluateTexts.ts';
import { disposeAll, type LoadedModel, uploadAll } from './loadedModel.ts';
import { measureEfficiency } from './measureEfficiency.ts';
import { VALIDATION_USERS } from './pretraining.ts';
import { type RunContext, updateStage } from './runContext.ts';
import { finetunedSpecs } from './shapes.ts';
import type { TextExamples } from './textExamples.ts';
import { requireNotStopped } from './trainingStage.ts';
import { type Metrics, summarise, type UserValues } from './userValues.ts';

export interface Evaluation {
  readonly shape: PersonalisedShape;
  readonly examples: TextExamples;
  /** Of the fine-tuned model. */
  readonly parameters: HostTensors;
  /** The language model before fine-tuning. */
  readonly baseLanguageModel: HostTensors;
  /** The generic text that retention is measured on; null leaves it out. */
  readonly retentionText: string | null;
  /** As pretraining left it, prediction heads included. */
  readonly pretrainedEncoder: { readonly encoder: UserEncoderShape; readonly encoderParameters: HostTensors } | null;
}

/** The parts of an evaluation, in order: what an estimate knows the time of. */
export type EvaluationPart = 'texts' | 'encoder' | 'fusion' | 'loss' | 'baselines' | 'statistics' | 'retention' | 'efficiency';
/** Does a part of an evaluation; one that measures notes how long it took. */
export type DoPart = <T>(part: EvaluationPart, work: () => T | Promise<T>) => Promise<T>;

/**
 * The last stage: tests the fine-tuned model, its encoder and the baselines on the last event of a seeded draw of users, and measures
 * what a request costs. Everything is stored together at the end; a run that was interrupted evaluates anew.
 */
export async function evaluate(context: RunContext, evaluation: Evaluation): Promise<void> {
  const { workspace, run } = context;
  const startedAt = performance.now();
  const test = testExamples(context);
  updateStage(context, { name: 'evaluate', status: 'running', steps: test.length, stepsDone: 0 });
  await evaluation.examples.prepare(test);
  const { result, values } = await withModel(context, evaluation, (model) =>
    measureAll(context, evaluation, { ...context, ...evaluation, model, test, onProgress: progressOf(context) }),
  );
  workspace.runs.setUserValues(run.id, { userIds: test.map(({ userId }) => userId), values });
  workspace.runs.setResult(run.id, result);
  const seconds = (performance.now() - startedAt) / 1000;
  updateStage(context, { name: 'evaluate', status: 'done', stepsDone: test.length, seconds, finalLoss: result.metrics.testLoss!.value });
}

/** One example of each user that the model is tested on. */
export function testExamples({ experiment, taskSplit: { test } }: Pick<RunContext, 'experiment' | 'taskSplit'>): Example[] {
  return drawSubset(test.length, experiment.evaluation.users, experiment.seed, 'test').map((index) => test[index]!);
}

/** Puts the fine-tuned model on the engine for as long as `work` takes. */
export async function withModel<T>(context: RunContext, evaluation: Evaluation, work: (model: LoadedModel) => Promise<T>): Promise<T> {
  const { shape, parameters: merged } = mergedModel(evaluation);
  const parameters = await uploadAll(context.engine, merged);
  try {
    return await work({ ...context, parameters, shape });
  } finally {
    disposeAll(parameters);
  }
}

interface Result {
  readonly result: Pick<RunDetail, 'metrics' | 'parameters' | 'efficiency' | 'gates' | 'samples'>;
  readonly values: UserValues;
}

const simply: DoPart = async (_, work) => work();

/** Everything that an evaluation finds out, part by part. */
export async function measureAll(
  context: RunContext,
  evaluation: Evaluation,
  texts: TextEvaluation,
  doPart: DoPart = simply,
): Promise<Result> {
  const { experiment } = context;
  const { values, samples } = await doPart('texts', () => evaluateTexts(texts));
  const items = await evaluateItems(context, evaluation, texts, doPart);
  const loss = await doPart('loss', () => evaluateLoss(texts));
  const all = { ...values, ...loss, ...items.values, ...(await doPart('baselines', () => evaluateBaseline(context, texts))) };
  const specs = finetunedSpecs(evaluation.shape);
  const summary = await doPart('statistics', () => summarise(all, experiment));
  const retention = await doPart('retention', () => measureRetention(context, evaluation, texts));
  const onProgress = () => requireNotStopped(context.signal);
  const result = {
    metrics: { ...summary, ...items.metrics, ...retention },
    samples,
    parameters: countParameters(specs, trainableParameters(specs, experiment.strategy)),
    gates: gateValues(evaluation.parameters),
    efficiency: await doPart('efficiency', () => measureEfficiency({ ...context, ...texts, onProgress })),
  };
  return { result, values: all };
}

/** A language model that did not train is its own base. */
async function measureRetention(context: RunContext, evaluation: Evaluation, texts: TextEvaluation): Promise<Metrics> {
  const { retentionText: text, baseLanguageModel } = evaluation;
  if (text === null) return {};
  const { strategy } = context.experiment;
  const isFrozen = strategy === 'enc' || strategy === 'proj';
  const own = texts.model.parameters;
  const uploaded = isFrozen ? {} : await uploadAll(context.engine, baseLanguageModel);
  try {
    const base = isFrozen ? Object.fromEntries(Object.keys(baseLanguageModel).map((name) => [name, own[name]!])) : uploaded;
    return await evaluateRetention({ ...texts, base, text, onProgress: () => requireNotStopped(context.signal) });
  } finally {
    disposeAll(uploaded);
  }
}

function progressOf(context: RunContext): (usersDone: number) => void {
  return (usersDone) => {
    requireNotStopped(context.signal);
    updateStage(context, { name: 'evaluate', stepsDone: usersDone });
  };
}

/** Full rankings of the next item by the pretrained encoder: alone, and fused with the language model where that is the task. */
async function evaluateItems(
  context: RunContext,
  { pretrainedEncoder }: Evaluation,
  texts: TextEvaluation,
  doPart: DoPart,
): Promise<ItemResults> {
  if (!pretrainedEncoder || !rankedFeatures(pretrainedEncoder.encoder).includes('title')) return { values: {}, metrics: {} };
  const parameters = await uploadAll(context.engine, pretrainedEncoder.encoderParameters);
  try {
    const encoder = { ...context, shape: pretrainedEncoder.encoder, parameters };
    const values = await doPart('encoder', () => evaluateEncoder(encoder, texts.test));
    if (context.experiment.task !== 'next-item' || context.experiment.evaluation.candidates === 0) return { values, metrics: {} };
    const fused = await doPart('fusion', () => evaluateFusion(encoder, texts, validationUsers(context)));
    return { values: { ...values, ...fused.values }, metrics: fused.metrics };
  } finally {
    disposeAll(parameters);
  }
}

type ItemResults = Awaited<ReturnType<typeof evaluateFusion>>;

function validationUsers({ experiment, split: { validation } }: RunContext): Example[] {
  const drawn = drawSubset(validation.length, VALIDATION_USERS, experiment.seed, 'fusion');
  return drawn.map((index) => validation[index]!);
}

/** What needs no model: the most popular items and the user's last ones, or the most frequent answer. */
function evaluateBaseline({ experiment, reader, split, taskSplit }: RunContext, texts: TextEvaluation): UserValues {
  if (experiment.task !== 'next-item') return majorityBaseline(texts, taskSplit.train);
  return { ...evaluatePopularity(reader, texts.test, split.test), ...evaluateRepeatLast(reader, texts.test) };
}
