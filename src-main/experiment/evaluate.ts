import type { RunDetail } from '../../src-shared/run.ts';
import type { HostTensors } from '../engine/engine.ts';
import { exactValue } from '../evaluation/statistics.ts';
import { gateValues } from '../model/integration/crossAttention.ts';
import { countParameters } from '../model/parameters.ts';
import { mergedModel, type PersonalisedShape } from '../model/personalised.ts';
import type { UserEncoderShape } from '../model/userEncoder/userEncoder.ts';
import { drawSubset } from '../training/sampling.ts';
import { trainableParameters } from '../training/strategies.ts';
import { evaluateEncoder, evaluatePopularity, evaluateRepeatLast } from './evaluateEncoder.ts';
import { evaluateTexts, type Metrics, majorityBaseline, type TextEvaluation } from './evaluateTexts.ts';
import { meanTextLoss } from './finetuning.ts';
import { disposeAll, type LoadedModel, uploadAll } from './loadedModel.ts';
import { measureEfficiency } from './measureEfficiency.ts';
import { type RunContext, updateStage } from './runContext.ts';
import { finetunedSpecs } from './shapes.ts';
import type { TextExamples } from './textExamples.ts';
import { requireNotStopped } from './trainingStage.ts';

export interface Evaluation {
  readonly shape: PersonalisedShape;
  readonly examples: TextExamples;
  /** Of the fine-tuned model. */
  readonly parameters: HostTensors;
  /** As pretraining left it, prediction heads included. */
  readonly pretrainedEncoder: { readonly encoder: UserEncoderShape; readonly encoderParameters: HostTensors } | null;
}

/**
 * The last stage: tests the fine-tuned model, its encoder and the baselines on the last event of a seeded draw of users, and measures
 * what a request costs. Everything is stored together at the end; a run that was interrupted evaluates anew.
 */
export async function evaluate(context: RunContext, evaluation: Evaluation): Promise<void> {
  const { experiment, workspace, run, split } = context;
  const startedAt = performance.now();
  const test = drawSubset(split.test.length, experiment.evaluation.users, experiment.seed, 'test').map((index) => split.test[index]!);
  updateStage(context, { name: 'evaluate', status: 'running', steps: test.length, stepsDone: 0 });
  const { shape, parameters: merged } = mergedModel(evaluation);
  const parameters = await uploadAll(context.engine, merged);
  try {
    const model: LoadedModel = { ...context, parameters, shape };
    const result = await measureAll(context, evaluation, { ...context, ...evaluation, model, test, onProgress: progressOf(context) });
    workspace.runs.setResult(run.id, result);
    const seconds = (performance.now() - startedAt) / 1000;
    updateStage(context, { name: 'evaluate', status: 'done', stepsDone: test.length, seconds, finalLoss: result.metrics.testLoss!.value });
  } finally {
    disposeAll(parameters);
  }
}

type Result = Pick<RunDetail, 'metrics' | 'parameters' | 'efficiency' | 'gates' | 'samples'>;

async function measureAll(context: RunContext, evaluation: Evaluation, texts: TextEvaluation): Promise<Result> {
  const { metrics, samples } = await evaluateTexts(texts);
  const specs = finetunedSpecs(evaluation.shape);
  return {
    metrics: { ...metrics, ...(await evaluateLosses(context, texts)), ...(await evaluateBaselines(context, evaluation, texts)) },
    samples,
    parameters: countParameters(specs, trainableParameters(specs, context.experiment.strategy)),
    gates: gateValues(evaluation.parameters),
    efficiency: await measureEfficiency({ ...context, ...texts, onProgress: () => requireNotStopped(context.signal) }),
  };
}

function progressOf(context: RunContext): (usersDone: number) => void {
  return (usersDone) => {
    requireNotStopped(context.signal);
    updateStage(context, { name: 'evaluate', stepsDone: usersDone });
  };
}

/** Loss on the test examples, with the user and without: neither embeddings nor history in the prompt. */
async function evaluateLosses(context: RunContext, { model, examples, test }: TextEvaluation): Promise<Metrics> {
  const { shape, parameters } = model;
  const base = { languageModel: shape.languageModel, user: null };
  const ofBase = Object.fromEntries(Object.entries(parameters).filter(([name]) => name.startsWith('lm.')));
  const userPathOff = { ...examples, textInputs: (chunk: Parameters<TextExamples['textInputs']>[0]) => examples.textInputs(chunk, false) };
  const loss = await meanTextLoss(context, { shape, examples }, parameters, test);
  const lossOff = await meanTextLoss(context, { shape: base, examples: userPathOff }, ofBase, test);
  return { testLoss: exactValue(loss, test.length), 'userPathOff.testLoss': exactValue(lossOff, test.length) };
}

async function evaluateBaselines(context: RunContext, { pretrainedEncoder }: Evaluation, texts: TextEvaluation): Promise<Metrics> {
  const { experiment, split } = context;
  const encoder = pretrainedEncoder
    ? await evaluateEncoder({ ...context, ...texts, shape: pretrainedEncoder.encoder, parameters: pretrainedEncoder.encoderParameters })
    : {};
  const baseline =
    experiment.task === 'next-item'
      ? { ...evaluatePopularity({ ...context, ...texts }, split.test), ...evaluateRepeatLast({ ...context, ...texts }) }
      : majorityBaseline(texts, split.train);
  return { ...encoder, ...baseline };
}
