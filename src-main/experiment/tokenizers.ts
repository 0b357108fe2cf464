import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { Workspace } from '../store/workspace.ts';
import { trainBytePairTokenizer } from '../text/bytePairTrainer.ts';
import { itemTexts } from '../text/prompts.ts';
import { Tokenizer, type TokenizerFile } from '../text/tokenizer.ts';

function pathOf(workspace: Workspace, runId: string): string {
  return join(workspace.runs.folder(runId), 'tokenizer.json');
}

/** The texts of the items: what the tokenizer is trained on and the language model is pretrained on. */
export function corpusOf(reader: DatasetReader): string[] {
  return itemTexts(reader.titles, reader.genres);
}

/** The run's tokenizer: read from its folder, or trained on the texts of the dataset and kept there. */
export function openTokenizer(workspace: Workspace, runId: string, reader: DatasetReader, vocabularySize: number): Tokenizer {
  const path = pathOf(workspace, runId);
  if (!existsSync(path)) {
    const json = trainBytePairTokenizer(corpusOf(reader), vocabularySize);
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
