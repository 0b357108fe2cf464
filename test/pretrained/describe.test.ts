import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeModel, fingerprintOf } from '../../src-main/pretrained/describe.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';
import { writeTextCheckpoint } from './textCheckpoint.ts';

async function modelFolder(name = 'tiny'): Promise<string> {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder);
  await writeTextCheckpoint(folder);
  return folder;
}

it('a model is described by what its folder holds', async () => {
  const folder = await modelFolder('(tiny) model!');
  writeFileSync(join(folder, 'LICENSE.txt'), 'free');
  expect(await describeModel(folder)).toMatchObject({
    name: 'tiny- model-',
    path: folder,
    architecture: 'Qwen3',
    types: ['F32'],
    maxPositions: 256,
    licenseFile: 'LICENSE.txt',
  });
  expect((await describeModel(folder, 'mine')).name).toBe('mine');
});

it('its fingerprint changes with weights, tokenizer and configuration, and with nothing else', async () => {
  const folder = await modelFolder();
  const before = await fingerprintOf(folder);
  writeFileSync(join(folder, 'README.md'), 'notes');
  expect(await fingerprintOf(folder)).toBe(before);
  appendFileSync(join(folder, 'tokenizer_config.json'), ' ');
  const after = await fingerprintOf(folder);
  expect(after).not.toBe(before);
  await writeTextCheckpoint(folder, { seed: 2 });
  expect(await fingerprintOf(folder)).not.toBe(before);
});

it('a model without a tokenizer, or without an end-of-text token, is refused', async () => {
  const folder = await modelFolder();
  rmSync(join(folder, 'tokenizer_config.json'));
  await expect(describeModel(folder)).rejects.toThrow(
    `model "${folder}": expected an end-of-text token (eos_token or eos_token_id) among the special tokens, got none`,
  );
  writeFileSync(join(folder, 'tokenizer.json'), '{}');
  await expect(describeModel(folder)).rejects.toMatchObject({ code: 'checkpoint-invalid' });
  rmSync(join(folder, 'tokenizer.json'));
  await expect(describeModel(folder)).rejects.toThrow(`model "${folder}": expected a file tokenizer.json, got none`);
});
