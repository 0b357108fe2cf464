import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { AppError } from '../../src-shared/errors.ts';
import { contentOf } from './checkpointTokenizer.ts';
import type { ConfigJson } from './config.ts';
import { readOptionalObject } from './textFiles.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The Jinja text that turns messages into what an instruct model was trained on; null: the model has none. */
export function readChatTemplate(folder: string): string | null {
  const file = join(folder, 'chat_template.jinja');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const value =
    readOptionalObject(folder, 'chat_template.json')['chat_template'] ??
    readOptionalObject(folder, 'tokenizer_config.json')['chat_template'];
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const named = (value as ConfigJson[]).find((entry) => entry['name'] === 'default');
  return typeof named?.['template'] === 'string' ? named['template'] : null;
}

/**
 * The messages as the model reads them, up to where its answer begins. Special tokens are written out: encode it with
 * `Tokenizer.encodeTemplate`.
 * @throws AppError `input-invalid` for a model without a template, `checkpoint-invalid` when the template fails
 */
export function fillChatTemplate(folder: string, messages: readonly ChatMessage[]): string {
  const template = readChatTemplate(folder);
  if (template === null) {
    throw new AppError('input-invalid', `model "${folder}": expected a chat template, got none; write without --chat`);
  }
  const config = readOptionalObject(folder, 'tokenizer_config.json');
  const tokens = { bos_token: contentOf(config['bos_token']) ?? '', eos_token: contentOf(config['eos_token']) ?? '' };
  try {
    return new Template(template).render({ messages, add_generation_prompt: true, ...tokens });
  } catch (error) {
    const reason = (error as Error).message;
    throw new AppError('checkpoint-invalid', `model "${folder}": its chat template fails: ${reason}`, undefined, { cause: error });
  }
}
