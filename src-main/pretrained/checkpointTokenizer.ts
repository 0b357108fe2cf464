import { AppError } from '../../src-shared/errors.ts';
import { Tokenizer, type TokenizerFile } from '../text/tokenizer.ts';
import type { ConfigJson } from './config.ts';
import { readObject, readOptionalObject } from './textFiles.ts';

/** A checkpoint's tokenizer, and every token after which its model has nothing more to say. */
export interface CheckpointTokenizer {
  readonly tokenizer: Tokenizer;
  readonly stopTokens: ReadonlySet<number>;
}

/**
 * Reads `tokenizer.json` of a checkpoint's folder. The end-of-text token is `tokenizer_config.json`'s, else the first `eos_token_id` of
 * `generation_config.json` or `config.json`; generation stops at any of them.
 * @throws AppError `checkpoint-invalid` when there is no tokenizer, or it has no end-of-text token
 */
export function openCheckpointTokenizer(folder: string): CheckpointTokenizer {
  try {
    const json = readObject(folder, 'tokenizer.json') as TokenizerFile;
    const ends = endTokenIds(folder);
    const tokenizer = createTokenizer(json, endOfText(folder, json, ends));
    return { tokenizer, stopTokens: new Set([tokenizer.endOfText, ...ends]) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `model "${folder}": ${error.message}`, error.details, { cause: error });
  }
}

function createTokenizer(json: TokenizerFile, end: string): Tokenizer {
  try {
    return new Tokenizer(json, end);
  } catch (error) {
    throw new AppError('checkpoint-invalid', `tokenizer.json cannot be used: ${(error as Error).message}`, undefined, { cause: error });
  }
}

function endTokenIds(folder: string): number[] {
  const configs = ['generation_config.json', 'config.json'].map((name) => readOptionalObject(folder, name)['eos_token_id']);
  return configs.flat().filter((id): id is number => Number.isSafeInteger(id));
}

function endOfText(folder: string, json: TokenizerFile, ends: readonly number[]): string {
  const named = contentOf(readOptionalObject(folder, 'tokenizer_config.json')['eos_token']);
  const special = (json.added_tokens ?? []).filter((token) => token.special);
  if (named !== null && special.some(({ content }) => content === named)) return named;
  const numbered = special.find(({ id }) => ends.includes(id));
  if (numbered) return numbered.content;
  throw new AppError('checkpoint-invalid', 'expected an end-of-text token (eos_token or eos_token_id) among the special tokens, got none');
}

/** A token is written as its text, or as an object with it. */
export function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  const content = typeof token === 'object' && token !== null ? (token as ConfigJson)['content'] : null;
  return typeof content === 'string' ? content : null;
}
