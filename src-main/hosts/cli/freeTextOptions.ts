import type { Command } from 'commander';
import { AppError } from '../../../src-shared/errors.ts';
import { generationOptionsSchema } from '../../../src-shared/model.ts';

/** How a text is continued freely, as typed. */
export interface FreeTextOptions {
  maxTokens?: string;
  greedy?: boolean;
  temperature?: string;
  topK?: string;
  topP?: string;
  repetitionPenalty?: string;
  stop?: string[];
  seed?: string;
}

const NUMBERS = ['maxTokens', 'temperature', 'topK', 'topP', 'repetitionPenalty', 'seed'] as const;

export function withFreeTextOptions(command: Command): Command {
  return command
    .option('--max-tokens <number>', 'tokens written at most (default: 100)')
    .option('--greedy', 'take the likeliest token each time (the default without --temperature)')
    .option('--temperature <number>', 'draw tokens; scores are divided by this')
    .option('--top-k <number>', 'draw among this many likeliest tokens')
    .option('--top-p <number>', 'draw among the likeliest tokens that together have this probability')
    .option('--repetition-penalty <number>', 'above 1: tokens that the text already has become less likely')
    .option('--stop <text...>', 'end the text before any of these')
    .option('--seed <number>', 'equal seeds draw equal texts (default: 1)');
}

/** Whether a text is to be continued freely, and not the task answered. */
export function isFreeText(options: FreeTextOptions): boolean {
  return options.greedy !== undefined || options.stop !== undefined || NUMBERS.some((name) => options[name] !== undefined);
}

/** @throws AppError `usage` naming the option that is wrong */
export function readFreeText(options: FreeTextOptions) {
  if (options.greedy && options.temperature !== undefined)
    throw new AppError('usage', 'generate: expected --greedy or --temperature, got both');
  const given = NUMBERS.filter((name) => options[name] !== undefined).map((name) => [name, Number(options[name])]);
  const input = { ...Object.fromEntries(given), ...(options.stop && { stop: options.stop }) };
  const checked = generationOptionsSchema.safeParse(input);
  if (checked.success) return input;
  const { path, message } = checked.error.issues[0]!;
  const name = String(path[0]);
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new AppError('usage', `generate: --${flag}: ${message}, got "${options[name as keyof FreeTextOptions]}"`);
}
