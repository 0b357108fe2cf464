import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { type Engine, ints, type Program } from '../../src-main/engine/engine.ts';
import { createSession } from '../../src-main/evaluation/languageModelSession.ts';
import { type LanguageModelShape, readTexts, tokenLogits } from '../../src-main/model/languageModel/languageModel.ts';
import { openCheckpoint } from '../../src-main/pretrained/checkpoint.ts';
import { openCheckpointTokenizer } from '../../src-main/pretrained/checkpointTokenizer.ts';
import { uploadWeights } from '../../src-main/pretrained/weights.ts';
import { ENGINES } from '../engine/engines.ts';
import { maxDifference } from '../engine/goldenValues.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';
import { GOLDEN, sharedCheckpoint, writeGoldenCheckpoint } from './checkpoints.ts';

const TOLERANCE = 1e-4;

interface SharedGolden {
  cases: {
    prompt?: string;
    ids: number[];
    logits?: number[];
    top5: { id: number; logit: number }[];
    greedy_ids: number[];
    greedy_text?: string;
  }[];
}

/** Logits at every position of every text: [texts * length, vocabularySize]. */
async function logitsOf(engine: Engine, folder: string, texts: readonly number[][]): Promise<Float32Array> {
  const { shape } = describeCheckpoint(folder);
  const parameters = await uploadWeights(folder, engine);
  const tokens = ints(Int32Array.from(texts.flat()), [texts.length, texts[0]!.length]);
  const inputs = { ...parameters, tokens };
  const specs = Object.fromEntries(Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  const program: Program = await engine.compile(
    (x) => ({ logits: tokenLogits(x, shape, tf.reshape(readTexts(x, shape, x['tokens']!, null), [-1, shape.dModel])) }),
    { key: `logits ${folder}`, inputs: specs },
  );
  return (await program.run(inputs)).host['logits']!.data as Float32Array;
}

function describeCheckpoint(folder: string): { shape: LanguageModelShape } {
  const checkpoint = openCheckpoint(folder);
  checkpoint.close();
  return checkpoint;
}

/** The tokens that follow `prompt` by always taking the likeliest one. */
async function greedyTokens(engine: Engine, folder: string, prompt: number[], count: number): Promise<number[]> {
  const languageModel = describeCheckpoint(folder).shape;
  const parameters = await uploadWeights(folder, engine);
  const shape = { languageModel, user: null };
  const session = createSession({ engine, parameters, shape, prompts: [prompt], history: null, beams: 1, maxTokens: count });
  const tokens: number[] = [];
  let scores = await session.start();
  while (tokens.length < count) {
    tokens.push(scores.indexOf(Math.max(...scores)));
    if (tokens.length < count) scores = await session.advance(Int32Array.of(0), Int32Array.of(tokens.at(-1)!));
  }
  session.dispose();
  return tokens;
}

describe.each(Object.keys(ENGINES))('%s engine', (name) => {
  let engine: Engine;
  const open = async () => (engine ??= await ENGINES[name]!());
  afterAll(() => engine?.dispose());

  it.each(Object.entries(GOLDEN.models))('gives %s the logits of the PyTorch implementation', async (_, model) => {
    const folder = join(temporaryFolder(), 'checkpoint');
    await writeGoldenCheckpoint(folder, model);
    expect(maxDifference(await logitsOf(await open(), folder, GOLDEN.tokens), model.logits)).toBeLessThan(2e-5);
  });

  it.each(Object.entries(GOLDEN.models))('decodes %s token by token to what whole texts give', async (_, model) => {
    const folder = join(temporaryFolder(), 'checkpoint');
    await writeGoldenCheckpoint(folder, model, { sharded: true });
    const prompt = GOLDEN.tokens[0]!.slice(0, 5);
    const tokens = await greedyTokens(await open(), folder, prompt, 6);
    const text = [...prompt, ...tokens];
    const logits = await logitsOf(await open(), folder, [text]);
    const rows = Array.from({ length: text.length }, (_, row) => logits.subarray(row * 19, (row + 1) * 19));
    expect(rows.map((row) => row.indexOf(Math.max(...row))).slice(prompt.length - 1, -1)).toEqual(tokens);
  });

  for (const model of ['stories260K', 'tiny-random-gpt2', 'tiny-random-qwen2']) {
    const folder = sharedCheckpoint(model);
    it.runIf(folder)(`gives ${model} its golden logits and greedy text`, async () => {
      const { cases } = JSON.parse(readFileSync(join(folder!, 'golden.json'), 'utf8')) as SharedGolden;
      for (const golden of cases) {
        const logits = (await logitsOf(await open(), folder!, [golden.ids])).subarray(-describeCheckpoint(folder!).shape.vocabularySize);
        for (const { id, logit } of golden.top5) expect(Math.abs(logits[id]! - logit)).toBeLessThan(TOLERANCE);
        if (golden.logits) expect(maxDifference(logits, golden.logits)).toBeLessThan(TOLERANCE);
      }
      for (const { ids, greedy_ids } of cases)
        expect(await greedyTokens(await open(), folder!, ids, greedy_ids.length)).toEqual(greedy_ids);
    });
  }
});

const stories = sharedCheckpoint('stories260K');

it.runIf(stories)('the tokenizer of stories260K gives the golden ids and texts, and stops at either special token', () => {
  const { tokenizer, stopTokens } = openCheckpointTokenizer(stories!);
  const { cases } = JSON.parse(readFileSync(join(stories!, 'golden.json'), 'utf8')) as SharedGolden;
  for (const { prompt, ids, greedy_ids, greedy_text } of cases) {
    expect(tokenizer.encodePrompt(prompt!)).toEqual(ids);
    expect(tokenizer.decode([...ids, ...greedy_ids])).toBe(greedy_text);
  }
  expect([...stopTokens].sort()).toEqual([1, 2]);
});
