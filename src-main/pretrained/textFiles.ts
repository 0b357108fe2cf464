import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { ConfigJson } from './config.ts';

/** A JSON object of a checkpoint's folder. @throws AppError `checkpoint-invalid` when it is missing or something else */
export function readObject(folder: string, name: string): ConfigJson {
  const path = join(folder, name);
  if (!existsSync(path)) throw new AppError('checkpoint-invalid', `expected a file ${name}, got none`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new AppError('checkpoint-invalid', `${name}: expected JSON, got ${(error as Error).message}`, undefined, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ConfigJson;
  throw new AppError('checkpoint-invalid', `${name}: expected a JSON object, got ${JSON.stringify(value)?.slice(0, 40)}`);
}

/** As `readObject`; an empty object where there is no such file. */
export function readOptionalObject(folder: string, name: string): ConfigJson {
  return existsSync(join(folder, name)) ? readObject(folder, name) : {};
}
