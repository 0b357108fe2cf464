import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ModelSummary } from '../../src-shared/model.ts';
import { languageModelSpecs } from '../model/languageModel/languageModel.ts';
import { countParameters } from '../model/parameters.ts';
import { readChatTemplate } from './chatTemplate.ts';
import { openCheckpoint } from './checkpoint.ts';
import { openCheckpointTokenizer } from './checkpointTokenizer.ts';
import { ARCHITECTURES } from './config.ts';

/** Files beside the weights that change what a model writes. */
const OTHER_FILES = [
  'chat_template.jinja',
  'chat_template.json',
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

/** What a model's folder holds. Reads the headers of its weights, and all of its bytes for the fingerprint. */
export async function describeModel(folder: string, name?: string): Promise<ModelSummary> {
  const path = resolve(folder);
  const checkpoint = openCheckpoint(path);
  checkpoint.close();
  openCheckpointTokenizer(path);
  const { shape, modelType, types } = checkpoint;
  return {
    name: name ?? nameOf(path),
    path,
    architecture: ARCHITECTURES[modelType],
    parameters: countParameters(languageModelSpecs(shape), new Set()).total,
    types: [...types],
    maxPositions: shape.maxPositions,
    vocabularySize: shape.vocabularySize,
    hasChatTemplate: readChatTemplate(path) !== null,
    licenseFile: filesOf(path).find((file) => /^(licen[cs]e|copying)/i.test(file)) ?? null,
    sizeBytes: filesOf(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0),
    fingerprint: await fingerprintOf(path),
    addedAtMs: Date.now(),
  };
}

/** The folder's name, with what a name must not hold left out. */
function nameOf(path: string): string {
  return (
    basename(path)
      .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+/u, '') || 'model'
  );
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

/** SHA-256 (hex) over the names and contents of configuration, tokenizer and weights. */
export async function fingerprintOf(folder: string): Promise<string> {
  const checkpoint = openCheckpoint(folder);
  checkpoint.close();
  const others = filesOf(folder).filter((file) => OTHER_FILES.includes(file));
  const hash = createHash('sha256');
  for (const file of [...others, ...checkpoint.weightFiles]) {
    const path = join(folder, file);
    hash.update(`${file}\n${statSync(path).size}\n`);
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}
