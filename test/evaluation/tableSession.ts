import type { DecodingSession } from '../../src-main/evaluation/decoding.ts';
import { Random } from '../../src-main/evaluation/random.ts';

/** Log-probabilities of the next token after a prefix of one prompt. */
export type NextTokenTable = (prompt: number, prefix: readonly number[]) => Float32Array;

/** A model whose answers are drawn anew, but always alike, for every prefix. */
export function randomTable(vocabularySize: number, seed: number): NextTokenTable {
  return (prompt, prefix) => {
    const random = new Random(prefix.reduce((hash, token) => Math.imul(hash, 31) + token + 1, Math.imul(seed, 7919) + prompt));
    return logSoftmax(Array.from({ length: vocabularySize }, () => random.below(1000) / 200));
  };
}

export function logSoftmax(logits: readonly number[]): Float32Array {
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  return Float32Array.from(logits, (logit) => logit - total);
}

/** Rows as `beamSearch` drives them; writes down what it was asked for. */
export class TableSession implements DecodingSession {
  readonly batches: { parents: number[]; tokens: number[] }[] = [];
  private readonly table: NextTokenTable;
  private rows: { prompt: number; prefix: number[] }[];

  constructor(prompts: number, table: NextTokenTable) {
    this.table = table;
    this.rows = Array.from({ length: prompts }, (_, prompt) => ({ prompt, prefix: [] }));
  }

  async start(): Promise<Float32Array> {
    return this.answer();
  }

  async advance(parents: Int32Array, tokens: Int32Array): Promise<Float32Array> {
    this.batches.push({ parents: [...parents], tokens: [...tokens] });
    this.rows = Array.from(parents, (parent, row) => {
      const { prompt, prefix } = this.rows[parent]!;
      return { prompt, prefix: [...prefix, tokens[row]!] };
    });
    return this.answer();
  }

  /** The prompt that each row of the last batch belongs to. */
  promptOfRows(): number[] {
    return this.rows.map(({ prompt }) => prompt);
  }

  private answer(): Float32Array {
    return Float32Array.from(this.rows.flatMap(({ prompt, prefix }) => [...this.table(prompt, prefix)]));
  }
}

/** Sum of log-probabilities, left to right. */
export function scoreSequence(table: NextTokenTable, prompt: number, sequence: readonly number[]): number {
  return sequence.reduce((sum, token, i) => sum + table(prompt, sequence.slice(0, i))[token]!, 0);
}

/** All sequences that end with `endOfText` and have at most `maxTokens` tokens with it. */
export function allTexts(vocabularySize: number, maxTokens: number, endOfText: number): number[][] {
  const texts: number[][] = [];
  const extend = (prefix: number[]): void => {
    texts.push(prefix);
    if (prefix.length + 1 >= maxTokens) return;
    for (let token = 0; token < vocabularySize; token++) if (token !== endOfText) extend([...prefix, token]);
  };
  extend([]);
  return texts;
}
