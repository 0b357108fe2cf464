import type { z } from 'zod';
import type { generationSchema, MethodRequest } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import { type Experiment, experimentSchema } from '../../src-shared/experiment.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { RunDetail } from '../../src-shared/run.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import { TitleCatalogue } from '../evaluation/metrics.ts';
import { TokenTrie } from '../evaluation/trie.ts';
import { mergedModel } from '../model/personalised.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';
import { historyPrompt, historyText } from '../text/prompts.ts';
import { readCheckpoint } from './checkpoints.ts';
import { openEngine } from './engines.ts';
import { type LoadedModel, uploadAll, writeAnswers } from './loadedModel.ts';
import { encoderShape, languageModelShape, personalisedShape, promptedEvents } from './shapes.ts';
import { createTextExamples, promptEvents, type TextExamples, taskPrompt } from './textExamples.ts';
import { openRunTokenizer } from './tokenizers.ts';

export type Generation = z.output<typeof generationSchema>;
type GenerationRequest = MethodRequest<'runs.generate'>;

interface Generator {
  readonly runId: string;
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly model: LoadedModel;
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
    history: request.userId !== null && model.shape.user ? examples.historyInputs([wholeTimeline(generator, request.userId)]) : null,
    beams: request.beams,
    maxTokens: examples.longestAnswer,
    ...(request.constrained && { trie }),
  });
  return { prompt: text, candidates: candidates!.map((answer) => ({ ...answer, inCatalogue: catalogue.has(answer.text) })) };
}

/** What comes after the user's last event. */
function wholeTimeline({ reader }: Generator, userId: number): Example {
  return { userId, labelIndex: timelineOf(reader, userId).itemIds.length };
}

function buildPrompt(generator: Generator, { userId, prompt }: GenerationRequest): { tokens: TokenId[]; text: string } {
  const { experiment, reader, model, examples } = generator;
  const task = prompt ?? taskPrompt(experiment.task);
  const tokenBudget = model.shape.languageModel.maxPositions - examples.longestAnswer;
  const length = model.tokenizer.encode(task).length;
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

async function openGenerator(workspace: Workspace, runId: string): Promise<Generator> {
  const run = workspace.runs.get(runId);
  const previous = await generators.get(workspace)?.catch(() => null);
  if (previous?.runId === runId) return previous;
  await previous?.model.engine.dispose();
  const opening = loadGenerator(workspace, run);
  generators.set(workspace, opening);
  return opening;
}

async function loadGenerator(workspace: Workspace, run: RunDetail): Promise<Generator> {
  const checkpoint = workspace.runs.latestCheckpoint(run.id, 'finetune');
  if (!checkpoint || !run.stages.some(({ name, status }) => name === 'finetune' && status === 'done')) {
    throw new AppError(
      'input-invalid',
      `run "${run.id}": expected a run whose finetune stage is done, got one that is ${run.status}; let it finish first`,
    );
  }
  const experiment = experimentSchema.parse(run.config);
  const reader = workspace.datasets.open(run.datasetName);
  const tokenizer = openRunTokenizer(workspace, run.id);
  const languageModel = languageModelShape(experiment, tokenizer.vocabularySize);
  const shape = personalisedShape(languageModel, experiment, encoderShape(experiment, reader));
  const examples = createTextExamples({ experiment, reader, tokenizer, maxPositions: languageModel.maxPositions });
  const merged = mergedModel({ shape, parameters: readCheckpoint(checkpoint.path).state.parameters });
  const engine = await openEngine(experiment.engine);
  return {
    runId: run.id,
    experiment,
    reader,
    examples,
    model: { engine, parameters: await uploadAll(engine, merged.parameters), shape: merged.shape, tokenizer },
    trie: new TokenTrie(examples.answers.map(examples.answerTokens), tokenizer.endOfText),
    catalogue: new TitleCatalogue(examples.answers),
  };
}
