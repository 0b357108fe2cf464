import type { TokenId } from '../../src-shared/ids.ts';
import { floats, type HostTensors, ints } from '../engine/engine.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { createEpochSampler, type SamplerOptions } from '../training/sampling.ts';

/** Tokens of one packed line. */
export const PACKED_LENGTH = 64;

export interface ItemCorpus {
  batch(step: number, micro: number): HostTensors;
}

/** Texts to draw from; a text that stands several times is drawn as often. */
export interface TextSource {
  readonly count: number;
  at(index: number): string;
}

/**
 * Lines of `PACKED_LENGTH` tokens, each packed with as many texts as fill it on average, every text ended by end-of-text.
 * What does not fit is cut; the texts are drawn anew in every epoch, so none is always cut.
 * Which texts a line holds depends on its number alone.
 */
export function createItemCorpus(
  texts: TextSource,
  tokenizer: Tokenizer,
  sampling: Pick<SamplerOptions, 'seed' | 'stage' | 'batchSize' | 'accumulation'>,
): ItemCorpus {
  const encode = (index: number) => [...tokenizer.encode(texts.at(index)), tokenizer.endOfText];
  const textsPerLine = Math.ceil(PACKED_LENGTH / meanLength(texts, encode));
  const sampler = createEpochSampler({ ...sampling, count: texts.count, batchSize: sampling.batchSize * textsPerLine });
  return {
    batch: (step, micro) => {
      const drawn = sampler.batch(step, micro);
      const lines = Array.from({ length: sampling.batchSize }, (_, line) =>
        drawn.slice(line * textsPerLine, (line + 1) * textsPerLine).flatMap(encode),
      );
      return packLines(lines, tokenizer.endOfText);
    },
  };
}

const MEASURED_TEXTS = 1000;

/** Mean length of texts taken at even distances. */
function meanLength({ count }: TextSource, encode: (index: number) => TokenId[]): number {
  const measured = Math.min(count, MEASURED_TEXTS);
  const lengths = Array.from({ length: measured }, (_, i) => encode(Math.floor((i * count) / measured)).length);
  return lengths.reduce((sum, length) => sum + length, 0) / measured;
}

/** int32 `tokens`, `targets` (the next token) and float32 `targetWeights` (0 beyond the line's last token): [lines, PACKED_LENGTH]. */
function packLines(lines: readonly TokenId[][], endOfText: TokenId): HostTensors {
  const size = lines.length * PACKED_LENGTH;
  const tokens = new Int32Array(size).fill(endOfText);
  const targets = new Int32Array(size).fill(endOfText);
  const targetWeights = new Float32Array(size);
  for (const [row, line] of lines.entries()) {
    const start = row * PACKED_LENGTH;
    const targetCount = Math.min(line.length - 1, PACKED_LENGTH);
    tokens.set(line.slice(0, targetCount), start);
    targets.set(line.slice(1, targetCount + 1), start);
    targetWeights.fill(1, start, start + targetCount);
  }
  const shape = [lines.length, PACKED_LENGTH];
  return { tokens: ints(tokens, shape), targets: ints(targets, shape), targetWeights: floats(targetWeights, shape) };
}
