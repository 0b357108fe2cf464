import { AppError } from '../../src-shared/errors.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { GeneratedText, GenerationOptions } from '../../src-shared/model.ts';
import type { HostTensors } from '../engine/engine.ts';
import { createSession } from '../evaluation/languageModelSession.ts';
import { writeText } from '../evaluation/textGeneration.ts';
import type { LoadedModel } from './loadedModel.ts';

/** What someone who waits for a text can do meanwhile. */
export interface LiveText {
  onText?(piece: string): void;
  readonly signal?: AbortSignal;
}

export interface PromptContinuation extends LoadedModel {
  readonly stopTokens: ReadonlySet<number>;
  /** `history.*` of the user, for a model with a user path. */
  readonly history: HostTensors | null;
  readonly prompt: string;
  /** The prompt's tokens, where they are not simply those of its text. */
  readonly promptTokens?: readonly TokenId[];
  readonly options: GenerationOptions;
  readonly live: LiveText;
}

/** Lengths of answers for which programs are compiled: room is made for the next one. */
const CAPACITY_STEP = 64;

/**
 * Continues one prompt.
 * @throws AppError `input-invalid` for a prompt that is empty or leaves no room for the answer
 */
export async function continuePrompt(continuation: PromptContinuation): Promise<GeneratedText> {
  const { engine, parameters, shape, tokenizer, stopTokens, history, prompt, options, live } = continuation;
  const { maxPositions, vocabularySize } = shape.languageModel;
  const tokens = continuation.promptTokens ?? tokenizer.encodePrompt(prompt);
  const room = maxPositions - options.maxTokens;
  if (tokens.length === 0 || tokens.length > room) {
    throw new AppError(
      'input-invalid',
      `generate: expected a prompt of 1 to ${room} tokens and an answer of ${options.maxTokens}, got ${tokens.length}; change one of them`,
    );
  }
  const maxTokens = Math.min(maxPositions - tokens.length, Math.ceil(options.maxTokens / CAPACITY_STEP) * CAPACITY_STEP);
  const session = createSession({ engine, parameters, shape, prompts: [tokens], history, beams: options.beams, maxTokens });
  try {
    const written = await writeText({ session, tokenizer, vocabularySize, prompt: tokens, stopTokens, options, ...live });
    return { prompt, promptTokens: tokens.length, ...written };
  } finally {
    session.dispose();
  }
}
