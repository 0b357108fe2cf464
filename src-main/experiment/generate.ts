import type { z } from 'zod';
import type { generationSchema, MethodRequest } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { GeneratedText } from '../../src-shared/model.ts';
import type { DeviceTensors, Engine, HostTensors } from '../engine/engine.ts';
import { TitleCatalogue } from '../evaluation/metrics.ts';
import { TokenTrie } from '../evaluation/trie.ts';
import { gateValues } from '../model/integration/crossAttention.ts';
import type { Workspace } from '../store/workspace.ts';
import { continuePrompt, type LiveText } from './continuePrompt.ts';
import { openEngine } from './engines.ts';
import { crossAttentionOutputs, withGateScale } from './gateScale.ts';
import { languageModelSummaries, summariesFile } from './languageModelSummaries.ts';
import { disposeAll, uploadAll, writeAnswers } from './loadedModel.ts';
import { languageModelBefore } from './pretraining.ts';
import { type ResidentModel, residentModel } from './residentModels.ts';
import { isWrittenByModel, type Summaries } from './summaries.ts';
import { createTextExamples } from './textExamples.ts';
import { openTrainedRun, type TrainedRun } from './trainedRun.ts';
import { embeddingsFor, promptFor, readAsked, type Writer } from './writtenFor.ts';

export type Generation = z.output<typeof generationSchema>;
type GenerationRequest = MethodRequest<'runs.generate'>;

export interface Generator extends Writer {
  /** The pretrained language model that it shares with others; null: everything on the engine is its own. */
  readonly shared: ResidentModel | null;
  /** What it brought to the engine itself. */
  readonly own: DeviceTensors;
  readonly stopTokens: ReadonlySet<number>;
  /** Every answer that may be right; null: any text may be. */
  readonly closed: { readonly trie: TokenTrie; readonly catalogue: TitleCatalogue } | null;
  /** See `withGateScale`. */
  readonly crossAttentionOutputs: HostTensors;
  /** tanh(alpha) by layer; empty without gates. */
  readonly gates: ReadonlyMap<number, number>;
}

/** The generator used last in each open workspace: loading a model and compiling it takes longer than writing with it. */
const generators = new WeakMap<Workspace, Promise<Generator>>();

/**
 * Writes answers with the fine-tuned model of a run.
 * @param request `userId` null: without the user. `prompt` replaces the task's own; with `text-prompt` the history comes before it. The task
 *   "review" without a prompt is about the user's last event
 * @throws AppError `run-not-found`; `input-invalid` for a run without a trained model, an unknown user, a prompt that is empty or too long, and
 *   where the task has no catalogue, or no prompt without a user; `cancelled`
 */
export async function generateForRun(workspace: Workspace, request: GenerationRequest, signal?: AbortSignal): Promise<Generation> {
  const generator = await openGenerator(workspace, request.runId);
  const { closed, experiment } = generator;
  if (request.constrained && !closed) {
    throw new AppError(
      'input-invalid',
      `generate: expected a task with a catalogue to be constrained to, got "${experiment.task}"; leave that out`,
    );
  }
  const asked = readAsked(generator, request, request.prompt === undefined);
  const prompted = { ...request, promptedEvents: request.promptedEvents ?? ('as-trained' as const) };
  const maxTokens = generator.examples.longestAnswer;
  const { tokens, text } = await promptFor(generator, asked, prompted, maxTokens);
  const history = await embeddingsFor(workspace, generator, asked, request);
  const [candidates] = await withGateScale(generator.model, generator.crossAttentionOutputs, request.gateScale, (model) =>
    writeAnswers(model, {
      prompts: [tokens],
      history,
      beams: request.beams,
      maxTokens,
      ...(closed ? request.constrained && { trie: closed.trie } : { lengthPenalty: experiment.review.lengthPenalty }),
      ...(signal && { signal }),
    }),
  );
  return {
    prompt: text,
    candidates: candidates!.map((answer) => ({ ...answer, inCatalogue: closed?.catalogue.has(answer.text) ?? null })),
  };
}

/**
 * Continues a prompt freely with the fine-tuned model of a run.
 * @param request `userId` null: with the user path off, so the base language model alone
 * @throws AppError as `generateForRun`
 */
export async function writeForRun(workspace: Workspace, request: MethodRequest<'runs.write'>, live: LiveText = {}): Promise<GeneratedText> {
  const generator = await openGenerator(workspace, request.runId);
  const asked = readAsked(generator, request, request.prompt === undefined);
  const prompted = { ...request, promptedEvents: request.promptedEvents ?? 0 };
  const { tokens, text } = await promptFor(generator, asked, prompted, request.options.maxTokens);
  const history = await embeddingsFor(workspace, generator, asked, request);
  return withGateScale(generator.model, generator.crossAttentionOutputs, request.gateScale, (model) =>
    continuePrompt({
      ...model,
      stopTokens: generator.stopTokens,
      shape: history ? model.shape : { ...model.shape, user: null },
      history,
      prompt: text,
      promptTokens: tokens,
      options: request.options,
      live,
    }),
  );
}

/** The run's model, ready to write. */
export async function openGenerator(workspace: Workspace, runId: string): Promise<Generator> {
  workspace.runs.summary(runId);
  const previous = await generators.get(workspace)?.catch(() => null);
  if (previous?.runId === runId && previous.shared?.isOpen !== false) return previous;
  if (previous) await closeGenerator(previous);
  const opening = loadGenerator(workspace, runId);
  generators.set(workspace, opening);
  return opening;
}

async function closeGenerator({ model, shared, own }: Generator): Promise<void> {
  if (!shared) await model.engine.dispose();
  else if (shared.isOpen) disposeAll(own);
}

async function loadGenerator(workspace: Workspace, runId: string): Promise<Generator> {
  const trained = await openTrainedRun(workspace, runId);
  const { experiment, reader, languageModel, shape, parameters, frozen } = trained;
  const { tokenizer, stopTokens } = languageModel;
  const shared = frozen && (await residentModel(workspace, frozen, experiment.engine));
  const engine = shared?.engine ?? (await openEngine(experiment.engine));
  const own = await uploadAll(engine, parameters);
  const examples = createTextExamples({
    experiment,
    reader,
    tokenizer,
    maxPositions: languageModel.shape.maxPositions,
    ...(isWrittenByModel(experiment) && { summaries: trainedRunSummaries(workspace, trained, engine) }),
  });
  return {
    runId,
    experiment,
    reader,
    examples,
    stopTokens,
    shared,
    own,
    model: { engine, parameters: { ...shared?.parameters, ...own }, shape, tokenizer },
    crossAttentionOutputs: crossAttentionOutputs(parameters),
    gates: new Map(gateValues(parameters).map(({ layer, value }) => [layer, value])),
    closed: examples.answers && {
      trie: new TokenTrie(examples.answers.map(examples.answerTokens), tokenizer.endOfText),
      catalogue: new TitleCatalogue(examples.answers),
    },
  };
}

/** Summaries by the language model as it was before the run fine-tuned it. */
function trainedRunSummaries(workspace: Workspace, { run, experiment, reader, languageModel }: TrainedRun, engine: Engine): Summaries {
  const { tokenizer, shape } = languageModel;
  return languageModelSummaries({
    experiment,
    reader,
    tokenizer,
    engine,
    shape,
    base: () => languageModelBefore({ workspace, run, experiment, engine, tokenizer, reader }, languageModel),
    file: summariesFile(workspace, run.id),
    onProgress: () => undefined,
  });
}
