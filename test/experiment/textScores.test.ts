import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceTensors, Engine, HostTensors } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { TokenTrie } from '../../src-main/evaluation/trie.ts';
import { type LoadedModel, uploadAll, writeAnswers } from '../../src-main/experiment/loadedModel.ts';
import { scoreWithModel } from '../../src-main/experiment/textScores.ts';
import { initializeParameters } from '../../src-main/model/parameters.ts';
import type { PersonalisedShape } from '../../src-main/model/personalised.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import { SMALL_SHAPE, smallBatch, smallSpecs } from '../engine/smallModel.ts';

const TEXTS = ['Next title: Heat (1995)', 'Next title: Alien (1979)', 'Next title: Up (2009)'];
const tokenizer = new Tokenizer(trainBytePairTokenizer(TEXTS, 300));
const SHAPE: PersonalisedShape = {
  ...SMALL_SHAPE,
  languageModel: { ...SMALL_SHAPE.languageModel, vocabularySize: tokenizer.vocabularySize, maxPositions: 32 },
};
const tokens = (text: string) => tokenizer.encode(text) as TokenId[];

let engine: Engine;
let model: LoadedModel;
let history: HostTensors;
beforeAll(async () => {
  engine = await createOnnxEngine({ provider: 'cpu', threads: 2 });
  const specs = { ...smallSpecs() };
  specs['lm.tokenEmbedding.weight'] = { ...specs['lm.tokenEmbedding.weight']!, shape: [tokenizer.vocabularySize, 16] };
  specs['lm.positionEmbedding.weight'] = { ...specs['lm.positionEmbedding.weight']!, shape: [32, 16] };
  const values = initializeParameters(specs, 3);
  for (const layer of [0, 1]) values[`integration.layers.${layer}.gate`]!.data.fill(0.8);
  const parameters: DeviceTensors = await uploadAll(engine, values);
  model = { engine, parameters, shape: SHAPE, tokenizer };
  history = Object.fromEntries(Object.entries(smallBatch(1)).filter(([name]) => name.startsWith('history.')));
});
afterAll(() => engine.dispose());

describe('scoreWithModel', () => {
  const prompts = Array.from({ length: 4 }, () => tokens('Next title:'));

  it.each([true, false])('gives the scores that decoding gives, token by token through its caches; with the user: %s', async (withUser) => {
    const user = withUser ? history : null;
    const titles = ['Heat (1995)', 'Up (2009)', 'Alien (1979)'];
    const texts = titles.map((title) => tokens(` ${title}`));
    const trie = new TokenTrie(texts, tokenizer.endOfText);
    const decoded = await writeAnswers(model, { prompts, history: user, beams: 3, maxTokens: trie.depth, trie });
    const scores = await scoreWithModel(model, { prompts, history: user, texts: prompts.map(() => texts), textsPerPrompt: 3 });
    for (const [prompt, answers] of decoded.entries()) {
      expect(answers.length).toBe(3);
      for (const { text, score } of answers) expect(scores[prompt]![titles.indexOf(text)]).toBeCloseTo(score, 4);
    }
  });

  it('divides the score of what is written by the length penalty', async () => {
    const texts = ['Heat (1995)', 'Up (2009)', 'Alien (1979)'].map((title) => tokens(` ${title}`));
    const trie = new TokenTrie(texts, tokenizer.endOfText);
    const options = { prompts: prompts.slice(0, 1), history: null, beams: 3, maxTokens: trie.depth, trie };
    const [plain] = await writeAnswers(model, options);
    const [penalised] = await writeAnswers(model, { ...options, lengthPenalty: 1 });
    for (const { text, score } of plain!) {
      const length = tokens(` ${text}`).length + 1;
      expect(penalised!.find((answer) => answer.text === text)!.score).toBeCloseTo(score / ((5 + length) / 6), 6);
    }
  });

  it('scores a text the same wherever it stands, alone or beside others, for each user', async () => {
    const texts = [' Heat (1995)', ' Up (2009)', ' Alien (1979)'].map(tokens);
    const together = await scoreWithModel(model, { prompts, history, texts: prompts.map(() => texts), textsPerPrompt: 4 });
    for (const [index, text] of texts.entries()) {
      const alone = await scoreWithModel(model, { prompts, history, texts: prompts.map(() => [text]), textsPerPrompt: 1 });
      for (const [prompt, [score]] of alone.entries()) expect(together[prompt]![index]).toBeCloseTo(score!, 4);
    }
    expect(new Set(together.map(([score]) => score!.toFixed(6))).size).toBeGreaterThan(1);
  });

  it('counts probabilities: all texts of one token and end-of-text sum to less than one', async () => {
    const every = Array.from({ length: tokenizer.vocabularySize }, (_, token) => [token as TokenId]);
    const [scores] = await scoreWithModel(model, {
      prompts: prompts.slice(0, 1),
      history: null,
      texts: [every],
      textsPerPrompt: every.length,
    });
    const [ends] = await scoreWithModel(model, { prompts: prompts.slice(0, 1), history: null, texts: [[[]]], textsPerPrompt: 1 });
    const total = scores!.reduce((sum, score) => sum + Math.exp(score), Math.exp(ends![0]!));
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(1);
  });
});
