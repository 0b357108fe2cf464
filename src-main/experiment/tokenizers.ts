import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { Workspace } from '../store/workspace.ts';
import { trainBytePairTokenizer } from '../text/bytePairTrainer.ts';
import { Tokenizer, type TokenizerFile } from '../text/tokenizer.ts';

function pathOf(workspace: Workspace, runId: string): string {
  return join(workspace.runs.folder(runId), 'tokenizer.json');
}

/**
 * The run's tokenizer: read from its folder, or trained on `texts` and kept there.
 * @param texts only called where there is none yet
 */
export function openTokenizer(workspace: Workspace, runId: string, vocabularySize: number, texts: () => string[]): Tokenizer {
  const path = pathOf(workspace, runId);
  if (!existsSync(path)) {
    const json = trainBytePairTokenizer(texts(), vocabularySize);
    const temporary = `${path}.tmp-${process.pid}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, JSON.stringify(json));
    renameSync(temporary, path);
  }
  return readTokenizer(path);
}

/** @throws AppError `file-not-found` when the run never got as far as to have one */
export function openRunTokenizer(workspace: Workspace, runId: string): Tokenizer {
  const path = pathOf(workspace, runId);
  if (existsSync(path)) return readTokenizer(path);
  throw new AppError('file-not-found', `run "${runId}": its tokenizer ${path} does not exist; run the experiment first`);
}

function readTokenizer(path: string): Tokenizer {
  return new Tokenizer(JSON.parse(readFileSync(path, 'utf8')) as TokenizerFile);
}
