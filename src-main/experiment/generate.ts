import type { z } from 'zod';
import type { generationSchema, MethodRequest } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { GeneratedText } from '../../src-shared/model.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { DeviceTensors, HostTensors } from '../engine/engine.ts';
import { TitleCatalogue } from '../evaluation/metrics.ts';
import { TokenTrie } from '../evaluation/trie.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';
import { historyPrompt, historyText } from '../text/prompts.ts';
import { continuePrompt, type LiveText } from './continuePrompt.ts';
import { openEngine } from './engines.ts';
import { disposeAll, type LoadedModel, uploadAll, writeAnswers } from './loadedModel.ts';
import { type ResidentModel, residentModel } from './residentModels.ts';
import { promptedEvents } from './shapes.ts';
import { createTextExamples, promptEvents, type TextExamples, taskPrompt } from './textExamples.ts';
import { openTrainedRun } from './trainedRun.ts';
import { userEmbeddings } from './userEmbeddings.ts';

export type Generation = z.output<typeof generationSchema>;
type GenerationRequest = MethodRequest<'runs.generate'>;

interface Generator {
  readonly runId: string;
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly model: LoadedModel;
  /** The pretrained language model that it shares with others; null: everything on the engine is its own. */
  readonly shared: ResidentModel | null;
  /** What it brought to the engine itself. */
  readonly own: DeviceTensors;
  readonly stopTokens: ReadonlySet<number>;
  readonly examples: TextExamples;
  readonly trie: TokenTrie;
  readonly catalogue: TitleCatalogue;
}

/** The generator used last in each open workspace: loading a model and compiling it takes longer than writing with it. */
const generators = new WeakMap<Workspace, Promise<Generator>>();

/**
 * Writes answers with the fine-tuned model of a run.
 * @param request `userId` null: without the user. `prompt` replaces the task's own; with `text-prompt` the history comes before it.
 * @throws AppError `run-not-found`; `input-invalid` for a run without a trained model, an unknown user, or a prompt that is empty or too long
 */
export async function generateForRun(workspace: Workspace, request: GenerationRequest): Promise<Generation> {
  const generator = await openGenerator(workspace, request.runId);
  const { model, examples, trie, catalogue } = generator;
  const { tokens, text } = buildPrompt(generator, request);
  const [candidates] = await writeAnswers(model, {
    prompts: [tokens],
    history: await userInputs(workspace, generator, request.userId),
    beams: request.beams,
    maxTokens: examples.longestAnswer,
    ...(request.constrained && { trie }),
  });
  return { prompt: text, candidates: candidates!.map((answer) => ({ ...answer, inCatalogue: catalogue.has(answer.text) })) };
}

/**
 * Continues a prompt freely with the fine-tuned model of a run.
 * @param request `userId` null: with the user path off, so the base language model alone
 * @throws AppError as `generateForRun`
 */
export async function writeForRun(workspace: Workspace, request: MethodRequest<'runs.write'>, live: LiveText = {}): Promise<GeneratedText> {
  const generator = await openGenerator(workspace, request.runId);
  const { model, stopTokens } = generator;
  const history = await userInputs(workspace, generator, request.userId);
  return continuePrompt({
    ...model,
    stopTokens,
    shape: history ? model.shape : { ...model.shape, user: null },
    history,
    ...request,
    live,
  });
}

/** Embeddings of the user's timeline; null without a user, or for a model without a user path. */
async function userInputs(workspace: Workspace, generator: Generator, userId: number | null): Promise<HostTensors | null> {
  const { runId, model, examples } = generator;
  if (userId === null || !model.shape.user) return null;
  return userEmbeddings(workspace, model, { runId, userId }, examples.historyInputs([wholeTimeline(generator, userId)]));
}

/** What comes after the user's last event. */
function wholeTimeline({ reader }: Generator, userId: number): Example {
  return { userId, labelIndex: timelineOf(reader, userId).itemIds.length };
}

function buildPrompt(generator: Generator, { userId, prompt }: GenerationRequest): { tokens: TokenId[]; text: string } {
  const { experiment, reader, model, examples } = generator;
  const task = prompt ?? taskPrompt(experiment.task);
  const tokenBudget = model.shape.languageModel.maxPositions - examples.longestAnswer;
  const length = model.tokenizer.encodePrompt(task).length;
  if (length === 0 || length > tokenBudget) {
    throw new AppError('input-invalid', `generate: expected a prompt of 1 to ${tokenBudget} tokens, got ${length}; change the prompt`);
  }
  const count = promptedEvents(experiment);
  const events =
    userId === null || count === 0
      ? []
      : promptEvents(reader, timelineOf(reader, userId), wholeTimeline(generator, userId).labelIndex, count);
  return { tokens: historyPrompt({ events, tokenizer: model.tokenizer, tokenBudget, taskPrompt: task }), text: historyText(events, task) };
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
  const { experiment, reader, languageModel, shape, parameters, frozen } = await openTrainedRun(workspace, runId);
  const { tokenizer, stopTokens } = languageModel;
  const examples = createTextExamples({ experiment, reader, tokenizer, maxPositions: languageModel.shape.maxPositions });
  const shared = frozen && (await residentModel(workspace, frozen, experiment.engine));
  const engine = shared?.engine ?? (await openEngine(experiment.engine));
  const own = await uploadAll(engine, parameters);
  return {
    runId,
    experiment,
    reader,
    examples,
    stopTokens,
    shared,
    own,
    model: { engine, parameters: { ...shared?.parameters, ...own }, shape, tokenizer },
    trie: new TokenTrie(examples.answers.map(examples.answerTokens), tokenizer.endOfText),
    catalogue: new TitleCatalogue(examples.answers),
  };
}
