import type { z } from 'zod';
import type { generationSchema, MethodRequest } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { GeneratedText } from '../../src-shared/model.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { DeviceTensors, Engine, HostTensors } from '../engine/engine.ts';
import { TitleCatalogue } from '../evaluation/metrics.ts';
import { TokenTrie } from '../evaluation/trie.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';
import { continuePrompt, type LiveText } from './continuePrompt.ts';
import { openEngine } from './engines.ts';
import { languageModelSummaries, summariesFile } from './languageModelSummaries.ts';
import { disposeAll, type LoadedModel, uploadAll, writeAnswers } from './loadedModel.ts';
import { languageModelBefore } from './pretraining.ts';
import { type ResidentModel, residentModel } from './residentModels.ts';
import { isWrittenByModel, type Summaries } from './summaries.ts';
import { createTextExamples, type TextExamples } from './textExamples.ts';
import { openTrainedRun, type TrainedRun } from './trainedRun.ts';
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
  /** Every answer that may be right; null: any text may be. */
  readonly closed: { readonly trie: TokenTrie; readonly catalogue: TitleCatalogue } | null;
}

/** The generator used last in each open workspace: loading a model and compiling it takes longer than writing with it. */
const generators = new WeakMap<Workspace, Promise<Generator>>();

/**
 * Writes answers with the fine-tuned model of a run.
 * @param request `userId` null: without the user. `prompt` replaces the task's own; with `text-prompt` the history comes before it. The task
 *   "review" without a prompt is about the user's last event
 * @throws AppError `run-not-found`; `input-invalid` for a run without a trained model, an unknown user, a prompt that is empty or too long, and
 *   where the task has no catalogue, or no prompt without a user
 */
export async function generateForRun(workspace: Workspace, request: GenerationRequest): Promise<Generation> {
  const generator = await openGenerator(workspace, request.runId);
  const { model, examples, closed, experiment } = generator;
  if (request.constrained && !closed) {
    throw new AppError(
      'input-invalid',
      `generate: expected a task with a catalogue to be constrained to, got "${experiment.task}"; leave that out`,
    );
  }
  const asked = askedExample(generator, request);
  await examples.prepare(asked ? [asked] : []);
  const { tokens, text } = buildPrompt(generator, asked, request.prompt);
  const [candidates] = await writeAnswers(model, {
    prompts: [tokens],
    history: await userInputs(workspace, generator, asked),
    beams: request.beams,
    maxTokens: examples.longestAnswer,
    ...(closed ? request.constrained && { trie: closed.trie } : { lengthPenalty: experiment.review.lengthPenalty }),
  });
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
  const { model, stopTokens } = generator;
  const history = await userInputs(workspace, generator, request.userId === null ? null : wholeTimeline(generator, request.userId));
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
async function userInputs(workspace: Workspace, generator: Generator, asked: Example | null): Promise<HostTensors | null> {
  const { runId, model, examples } = generator;
  if (asked === null || !model.shape.user) return null;
  return userEmbeddings(workspace, model, { runId, userId: asked.userId }, examples.historyInputs([asked]));
}

/** What is asked of whom; null without a user. */
function askedExample(generator: Generator, { userId, prompt }: GenerationRequest): Example | null {
  if (userId === null) return null;
  const next = wholeTimeline(generator, userId);
  return generator.experiment.task === 'review' && prompt === undefined ? { userId, labelIndex: next.labelIndex - 1 } : next;
}

/** What comes after the user's last event. */
function wholeTimeline({ reader }: Generator, userId: number): Example {
  return { userId, labelIndex: timelineOf(reader, userId).itemIds.length };
}

/** The task's own question; without a user one that is not about an item. */
function ownPrompt({ examples, experiment }: Generator, asked: Example | null): string {
  if (asked || experiment.task !== 'review') return examples.taskPrompt(asked ?? NOBODY);
  throw new AppError(
    'input-invalid',
    'generate: expected a prompt or a user for the task "review", got neither; say what the review is about',
  );
}

/** An example of no user: tasks that ask everyone the same do not look at it. */
const NOBODY: Example = { userId: -1, labelIndex: 0 };

function buildPrompt(generator: Generator, asked: Example | null, prompt: string | undefined): { tokens: TokenId[]; text: string } {
  const { model, examples } = generator;
  const task = prompt ?? ownPrompt(generator, asked);
  const tokenBudget = model.shape.languageModel.maxPositions - examples.longestAnswer;
  const length = model.tokenizer.encodePrompt(task).length;
  if (length === 0 || length > tokenBudget) {
    throw new AppError('input-invalid', `generate: expected a prompt of 1 to ${tokenBudget} tokens, got ${length}; change the prompt`);
  }
  return examples.promptFor(asked ?? NOBODY, task, asked !== null);
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
    base: () => languageModelBefore({ workspace, run, experiment, engine, tokenizer }, languageModel),
    file: summariesFile(workspace, run.id),
    onProgress: () => undefined,
  });
}
