import type { TokenId } from '../../src-shared/ids.ts';
import type { HostTensors, TensorSpec } from '../engine/engine.ts';
import { targetLogProbabilities } from '../model/personalised.ts';
import { fillUp } from './fillUp.ts';
import type { LoadedModel } from './loadedModel.ts';
import { packTexts } from './textExamples.ts';

export interface ScoringOptions {
  readonly prompts: readonly TokenId[][];
  /** `history.*` of the prompts' users; null scores without the user. */
  readonly history: HostTensors | null;
  /** Tokens of each prompt's texts, without end-of-text. */
  readonly texts: readonly (readonly TokenId[][])[];
  /** Texts of a prompt at most. */
  readonly textsPerPrompt: number;
}

/** Log-probabilities that one pass holds at most (64 MiB), but for a single prompt that has more. */
const PASS_VALUES = 2 ** 24;

/** Log-probabilities of given texts after every prompt, in nats, end-of-text included: whole texts are read at once, without decoding. */
export async function scoreWithModel(model: LoadedModel, options: ScoringOptions): Promise<Float64Array[]> {
  const { prompts, texts, textsPerPrompt } = options;
  const longest = Math.max(...texts.flat().map((text) => text.length)) + 1;
  const values = textsPerPrompt * longest * model.tokenizer.vocabularySize;
  const promptsPerPass = Math.min(prompts.length, Math.max(1, Math.floor(PASS_VALUES / values)));
  const scores: Float64Array[] = [];
  for (let start = 0; start < prompts.length; start += promptsPerPass) {
    const pass = fillUp(
      Array.from({ length: Math.min(promptsPerPass, prompts.length - start) }, (_, i) => start + i),
      promptsPerPass,
    );
    scores.push(...(await scorePass(model, options, pass)).slice(0, prompts.length - start));
  }
  return scores;
}

/** Scores of the prompts with these indices. */
async function scorePass(model: LoadedModel, options: ScoringOptions, pass: readonly number[]): Promise<Float64Array[]> {
  const { engine, parameters, tokenizer } = model;
  const { prompts, history, texts, textsPerPrompt } = options;
  const shape = history ? model.shape : { ...model.shape, user: null };
  const rows = pass.flatMap((prompt) =>
    Array.from({ length: textsPerPrompt }, (_, place) => {
      const answer = texts[prompt]![place];
      return answer ? { prompt: prompts[prompt]!, answer } : null;
    }),
  );
  const { targetWeights, ...packed } = packTexts(rows, tokenizer.endOfText, shape.languageModel.maxPositions);
  const inputs = { ...parameters, ...packed, ...(history && rowsOf(history, pass)) };
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, { shape: [...tensor.shape], dtype: tensor.dtype } satisfies TensorSpec]),
  );
  const program = await engine.compile((x) => ({ y: targetLogProbabilities(x, shape, x) }), {
    key: `target log-probabilities ${JSON.stringify(shape)}`,
    inputs: specs,
  });
  const { host } = await program.run(inputs);
  return sumByText(
    host['y']!.data,
    rows,
    textsPerPrompt,
    pass.map((prompt) => texts[prompt]!.length),
  );
}

/** Targets stand text by text, each text's end-of-text included. */
function sumByText(
  values: ArrayLike<number>,
  rows: readonly ({ answer: readonly number[] } | null)[],
  textsPerPrompt: number,
  counts: readonly number[],
): Float64Array[] {
  const scores = counts.map((count) => new Float64Array(count));
  let target = 0;
  for (const [row, text] of rows.entries()) {
    for (let i = 0; text && i <= text.answer.length; i++) {
      scores[Math.floor(row / textsPerPrompt)]![row % textsPerPrompt]! += values[target++]!;
    }
  }
  return scores;
}

function rowsOf(history: HostTensors, rows: readonly number[]): HostTensors {
  return Object.fromEntries(
    Object.entries(history).map(([name, { data, shape, dtype }]) => {
      const width = shape[1]!;
      const picked = new Int32Array(rows.length * width);
      for (const [place, row] of rows.entries()) picked.set(data.subarray(row * width, (row + 1) * width), place * width);
      return [name, { data: picked, shape: [rows.length, width], dtype }];
    }),
  );
}
