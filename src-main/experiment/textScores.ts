import type { TokenId } from '../../src-shared/ids.ts';
import type { HostTensors } from '../engine/engine.ts';
import { createSession } from '../evaluation/languageModelSession.ts';
import { scoreTexts } from '../evaluation/textScores.ts';
import type { LoadedModel } from './loadedModel.ts';

export interface ScoringOptions {
  readonly prompts: readonly TokenId[][];
  /** `history.*` of the prompts' users; null scores without the user. */
  readonly history: HostTensors | null;
  /** Tokens of each prompt's texts, without end-of-text. */
  readonly texts: readonly (readonly TokenId[][])[];
  /** Texts of a prompt at most. */
  readonly textsPerPrompt: number;
  /** Tokens of a text at most, end-of-text included. */
  readonly maxTokens: number;
}

/** Log-probabilities of given texts after every prompt, in nats, end-of-text included. */
export async function scoreWithModel(model: LoadedModel, options: ScoringOptions): Promise<Float64Array[]> {
  const { engine, parameters, tokenizer } = model;
  const { prompts, history, texts, textsPerPrompt, maxTokens } = options;
  const shape = history ? model.shape : { ...model.shape, user: null };
  const session = createSession({ engine, parameters, shape, prompts, history, beams: textsPerPrompt, maxTokens });
  try {
    const { vocabularySize } = shape.languageModel;
    return await scoreTexts(session, texts, { beams: textsPerPrompt, vocabularySize, endOfText: tokenizer.endOfText });
  } finally {
    session.dispose();
  }
}
