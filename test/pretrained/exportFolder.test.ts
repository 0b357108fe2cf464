import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HostTensors } from '../../src-main/engine/engine.ts';
import { languageModelSpecs } from '../../src-main/model/languageModel/languageModel.ts';
import { initializeParameters } from '../../src-main/model/parameters.ts';
import { openCheckpoint } from '../../src-main/pretrained/checkpoint.ts';
import { openCheckpointTokenizer } from '../../src-main/pretrained/checkpointTokenizer.ts';
import { USER_PATH_FILE, writeModelFolder } from '../../src-main/pretrained/exportFolder.ts';
import { readWeights } from '../../src-main/pretrained/weights.ts';
import { readSafetensors } from '../../src-main/store/safetensors.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';
import { AppError } from '../../src-shared/errors.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';
import { writeTextCheckpoint } from './textCheckpoint.ts';

const tokenizer = new Tokenizer(trainBytePairTokenizer(Array(3).fill('Next title: Heat (1995)'), 300));
const GPT = { architecture: 'gpt', vocabularySize: 300, maxPositions: 32, dModel: 8, numLayers: 2, numHeads: 2 } as const;

function shapeOf(folder: string) {
  const { shape, close } = openCheckpoint(folder);
  close();
  return shape;
}

describe('an exported folder', () => {
  it('holds a language model from scratch, which loads again bit for bit with its tokenizer', async () => {
    const folder = join(temporaryFolder(), 'exported');
    const parameters = initializeParameters(languageModelSpecs(GPT), 3);
    await writeModelFolder(folder, { shape: GPT, parameters, tokenizer, base: null });
    expect(readWeights(folder)).toEqual(parameters);
    expect(shapeOf(folder)).toEqual(GPT);
    const loaded = openCheckpointTokenizer(folder);
    expect(loaded.tokenizer.encode('Heat (1995)')).toEqual(tokenizer.encode('Heat (1995)'));
    expect([...loaded.stopTokens]).toEqual([tokenizer.endOfText]);
    expect(readdirSync(folder)).not.toContain(USER_PATH_FILE);
  });

  it('holds a fine-tuned checkpoint with what came with it, and the user path in a file of its own', async () => {
    const base = temporaryFolder();
    await writeTextCheckpoint(base);
    writeFileSync(join(base, 'LICENSE'), 'free');
    writeFileSync(join(base, 'optimizer.bin'), 'large');
    const shape = shapeOf(base);
    const tuned = initializeParameters(languageModelSpecs(shape), 9);
    const gate: HostTensors = { 'integration.layers.0.gate': { data: Float32Array.of(0.5), shape: [], dtype: 'float32' } };
    const folder = join(temporaryFolder(), 'exported');
    const original = openCheckpointTokenizer(base).tokenizer;
    await writeModelFolder(folder, { shape, parameters: { ...tuned, ...gate }, tokenizer: original, base });
    expect(readWeights(folder)).toEqual(tuned);
    expect(shapeOf(folder)).toEqual(shape);
    expect(readSafetensors(join(folder, USER_PATH_FILE)).tensors).toEqual(gate);
    const files = ['LICENSE', 'config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', USER_PATH_FILE];
    expect(readdirSync(folder).sort()).toEqual(files.sort());
  });

  it('is refused where there are files, and leaves nothing when it fails', async () => {
    const folder = join(temporaryFolder(), 'exported');
    mkdirSync(folder);
    writeFileSync(join(folder, 'mine'), '');
    const parameters = initializeParameters(languageModelSpecs(GPT), 3);
    const model = { shape: GPT, parameters, tokenizer, base: null };
    await expect(writeModelFolder(folder, model)).rejects.toMatchObject({ code: 'input-invalid' });
    const other = join(dirname(folder), 'other');
    await expect(writeModelFolder(other, { ...model, parameters: {} })).rejects.toThrow();
    expect(readdirSync(dirname(folder))).toEqual([basename(folder)]);
  });

  it('is given up between two pieces of its weights, and leaves nothing', async () => {
    const parent = temporaryFolder();
    const model = { shape: GPT, parameters: initializeParameters(languageModelSpecs(GPT), 3), tokenizer, base: null };
    const cancelled = new AppError('cancelled', 'enough');
    await expect(writeModelFolder(join(parent, 'exported'), model, AbortSignal.abort(cancelled))).rejects.toBe(cancelled);
    expect(readdirSync(parent)).toEqual([]);
  });
});
