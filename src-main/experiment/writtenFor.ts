import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { WrittenFor } from '../../src-shared/history.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { withHistory } from '../data/editedTimeline.ts';
import { timelineOf } from '../data/timelines.ts';
import type { Example } from '../data/windows.ts';
import type { HostTensors } from '../engine/engine.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';
import { fitHistory, historyText } from '../text/prompts.ts';
import { askedExample } from './asked.ts';
import type { LoadedModel } from './loadedModel.ts';
import { promptEvents } from './promptEvents.ts';
import { isWrittenByModel } from './summaries.ts';
import { NOBODY } from './tasks.ts';
import { createTextExamples, type TextExamples } from './textExamples.ts';
import { userEmbeddings } from './userEmbeddings.ts';

/** A run's model and data: what a text for a user is made with. */
export interface Writer {
  readonly runId: string;
  readonly experiment: Experiment;
  readonly reader: DatasetReader;
  readonly model: LoadedModel;
  readonly examples: TextExamples;
}

/** Whom and what a text is about. */
export interface Asked extends Pick<Writer, 'reader' | 'examples'> {
  /** null: nobody. */
  readonly example: Example | null;
}

/**
 * What a request is about, with its history in the place of the user's own.
 * @param aboutLast of a task about an item: its last one, rather than one that is yet to come
 * @throws AppError `input-invalid` for an unknown user, or a history that cannot be
 */
export function readAsked(writer: Writer, { userId, history }: WrittenFor, aboutLast: boolean): Asked {
  if (userId === null) return { ...writer, example: null };
  const { reader, examples } = history ? editedExamples(writer, withHistory(writer.reader, userId, history)) : writer;
  const events = timelineOf(reader, userId).itemIds.length;
  if (events === 0 && aboutLast && writer.experiment.task === 'review') {
    throw new AppError('input-invalid', 'history: expected an event that a review can be about, got none; add one');
  }
  return { reader, examples, example: aboutLast ? askedExample(writer.experiment, reader, userId) : { userId, labelIndex: events } };
}

function editedExamples({ experiment, model }: Writer, reader: DatasetReader): Pick<Writer, 'reader' | 'examples'> {
  if (isWrittenByModel(experiment)) {
    throw new AppError(
      'input-invalid',
      "history: expected the user's own where the language model writes summaries, got an edited one; undo the changes",
    );
  }
  const { tokenizer, shape } = model;
  return { reader, examples: createTextExamples({ experiment, reader, tokenizer, maxPositions: shape.languageModel.maxPositions }) };
}

/** `history.*` of whom is asked; null for nobody, or where the user path is off or not there. */
export function historyInputs({ model }: Writer, { examples, example }: Asked, { userPath }: WrittenFor): HostTensors | null {
  return example && userPath !== false && model.shape.user ? examples.historyInputs([example]) : null;
}

/** The embeddings of `historyInputs`. */
export async function embeddingsFor(workspace: Workspace, writer: Writer, asked: Asked, request: WrittenFor): Promise<HostTensors | null> {
  const inputs = historyInputs(writer, asked, request);
  return inputs && userEmbeddings(workspace, writer.model, { runId: writer.runId, userId: request.userId! }, inputs);
}

/**
 * The prompt (the task's own where none is given) after as much of the history as is wanted and fits.
 * @param room tokens that the answer needs
 * @throws AppError `input-invalid` for a prompt that is empty or too long, or where there is none without a user
 */
export async function promptFor(
  writer: Writer,
  asked: Asked,
  request: { prompt?: string | undefined; promptedEvents: NonNullable<WrittenFor['promptedEvents']> },
  room: number,
): Promise<{ tokens: TokenId[]; text: string }> {
  const { examples, example } = asked;
  const { tokenizer, shape } = writer.model;
  const taskPrompt = request.prompt ?? ownPrompt(writer, asked);
  const tokenBudget = shape.languageModel.maxPositions - room;
  const length = tokenizer.encodePrompt(taskPrompt).length;
  if (length === 0 || length > tokenBudget) {
    throw new AppError('input-invalid', `generate: expected a prompt of 1 to ${tokenBudget} tokens, got ${length}; change the prompt`);
  }
  if (request.promptedEvents === 'as-trained') {
    await examples.prepare(example ? [example] : []);
    return examples.promptFor(example ?? NOBODY, taskPrompt, example !== null);
  }
  const events = eventsBefore(asked, request.promptedEvents);
  const fitted = fitHistory({ events, tokenizer, tokenBudget, taskPrompt });
  return { tokens: fitted.tokens, text: historyText(fitted.events === 0 ? [] : events.slice(-fitted.events), taskPrompt) };
}

/** The task's own question; without a user one that is not about an item. */
function ownPrompt({ experiment }: Writer, { examples, example }: Asked): string {
  if (example || experiment.task !== 'review') return examples.taskPrompt(example ?? NOBODY);
  throw new AppError(
    'input-invalid',
    'generate: expected a prompt or a user for the task "review", got neither; say what the review is about',
  );
}

function eventsBefore({ reader, example }: Asked, count: number) {
  return example && count > 0 ? promptEvents(reader, timelineOf(reader, example.userId), example.labelIndex, count) : [];
}
