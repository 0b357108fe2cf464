import { AppError } from '../../src-shared/errors.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { DeviceTensors, Engine, HostTensors } from '../engine/engine.ts';
import { beamSearch, type DecodingSession } from '../evaluation/decoding.ts';
import { createSession } from '../evaluation/languageModelSession.ts';
import { normaliseTitle } from '../evaluation/metrics.ts';
import type { TokenTrie } from '../evaluation/trie.ts';
import type { PersonalisedShape } from '../model/personalised.ts';
import { answerText } from '../text/prompts.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

/** A model on an engine, with what turns its tokens into text. */
export interface LoadedModel {
  readonly engine: Engine;
  readonly parameters: DeviceTensors;
  readonly shape: PersonalisedShape;
  readonly tokenizer: Tokenizer;
}

export interface WritingOptions {
  readonly prompts: readonly TokenId[][];
  /** `history.*` of the prompts' users; null writes without the user. */
  readonly history: HostTensors | null;
  readonly beams: number;
  /** Tokens of an answer at most, end-of-text included. */
  readonly maxTokens: number;
  /** Only answers of this catalogue. */
  readonly trie?: TokenTrie;
  /** Tokens before end-of-text at least; 0 when left out. */
  readonly minTokens?: number;
  /** alpha of `beamSearch`; 0 when left out. */
  readonly lengthPenalty?: number;
  /** Aborting fails it as `cancelled` after the step in progress. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly text: string;
  /** Summed log-probability of its tokens, under the length penalty where there is one. */
  readonly score: number;
}

export async function uploadAll(engine: Engine, tensors: HostTensors): Promise<DeviceTensors> {
  const uploaded: DeviceTensors = {};
  for (const [name, tensor] of Object.entries(tensors)) uploaded[name] = await engine.upload(tensor);
  return uploaded;
}

export function disposeAll(tensors: DeviceTensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}

/** The best answers to every prompt by beam search, best first; answers that differ in case or spaces only count once. */
export async function writeAnswers(model: LoadedModel, options: WritingOptions): Promise<Answer[][]> {
  const { engine, parameters, tokenizer } = model;
  const { prompts, history, beams, maxTokens, trie, minTokens = 0, lengthPenalty = 0, signal } = options;
  const shape: PersonalisedShape = history ? model.shape : { ...model.shape, user: null };
  const session = await createSession({ engine, parameters, shape, prompts, history, beams, maxTokens });
  try {
    const found = await beamSearch(cancellable(session, signal), {
      prompts: prompts.length,
      vocabularySize: shape.languageModel.vocabularySize,
      beams,
      maxTokens,
      endOfText: tokenizer.endOfText,
      minTokens,
      lengthPenalty,
      textOf: (tokens) => normaliseTitle(tokenizer.decode(tokens)),
      ...(trie && { trie }),
    });
    return found.map((candidates) => candidates.map(({ tokens, score }) => ({ text: answerText(tokenizer.decode(tokens)), score })));
  } finally {
    session.dispose();
  }
}

function cancellable(session: DecodingSession, signal: AbortSignal | undefined): DecodingSession {
  return {
    start: () => session.start(),
    advance: (parents, tokens) => {
      requireWanted(signal);
      return session.advance(parents, tokens);
    },
  };
}

/** @throws AppError `cancelled` once the signal is aborted */
export function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('cancelled', 'generate: cancelled');
}
