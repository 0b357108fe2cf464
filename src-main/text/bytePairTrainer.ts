import { BYTE_CHARACTERS, PRE_TOKEN_PATTERN } from './byteAlphabet.ts';
import { PairQueue } from './pairQueue.ts';

/** The one special token: ends every text. Its id is 0. */
export const END_OF_TEXT = '<|endoftext|>';
/** End-of-text and the 256 bytes: token 1 + b is byte b. */
export const SMALLEST_VOCABULARY = 257;
/** A pair that occurs once would give a token that is seen once. */
const SMALLEST_PAIR_COUNT = 2;

/** A Hugging Face `tokenizer.json` of the byte-level BPE kind. */
export interface TokenizerJson {
  version: string;
  truncation: null;
  padding: null;
  added_tokens: {
    id: number;
    content: string;
    single_word: boolean;
    lstrip: boolean;
    rstrip: boolean;
    normalized: boolean;
    special: boolean;
  }[];
  normalizer: null;
  pre_tokenizer: { type: 'ByteLevel'; add_prefix_space: boolean; trim_offsets: boolean; use_regex: boolean };
  post_processor: null;
  decoder: { type: 'ByteLevel'; add_prefix_space: boolean; trim_offsets: boolean; use_regex: boolean };
  model: {
    type: 'BPE';
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: boolean;
    byte_fallback: boolean;
    ignore_merges: boolean;
    vocab: Record<string, number>;
    merges: [string, string][];
  };
}

/** A distinct pre-token of the corpus as token ids, and how often it occurs. */
interface Word {
  tokens: number[];
  readonly count: number;
}

/** How often a pair occurs in the corpus, and the words that hold it or once held it. */
interface PairEntry {
  readonly left: number;
  readonly right: number;
  count: number;
  readonly words: number[];
}

/**
 * Learns a byte-level byte-pair tokenizer (Sennrich et al. 2016; bytes: Radford et al. 2019).
 *
 * Repeats: merge the most frequent pair of neighbouring tokens into a new token. Ties: the pair with the smaller left id, then the smaller
 * right id. Between two token boundaries that stay, merging goes as if the bytes stood alone; so a text becomes a token in one way only,
 * and applying the merges one after the other gives the same ids as merging the lowest-ranked pair first, as encoders do.
 * The same texts in any order give the same tokenizer.
 *
 * @param vocabularySize tokens wanted, end-of-text and the 256 bytes included. There are fewer when no pair occurs twice any more.
 * @throws Error when `vocabularySize` is below 257
 */
export function trainBytePairTokenizer(texts: Iterable<string>, vocabularySize: number): TokenizerJson {
  if (!Number.isInteger(vocabularySize) || vocabularySize < SMALLEST_VOCABULARY) {
    throw new Error(`trainBytePairTokenizer: expected a vocabulary of at least ${SMALLEST_VOCABULARY} tokens, got ${vocabularySize}`);
  }
  const vocabulary = [END_OF_TEXT, ...BYTE_CHARACTERS];
  const merges = new MergeTraining(splitIntoWords(texts)).run(vocabulary, vocabularySize);
  return describeTokenizer(vocabulary, merges);
}

function splitIntoWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of text.match(PRE_TOKEN_PATTERN) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const encoder = new TextEncoder();
  return Array.from(counts, ([word, count]) => ({ tokens: Array.from(encoder.encode(word), (byte) => byte + 1), count }));
}

/** The corpus while pairs are merged in it: distinct words, and pair counts that are kept up to date instead of counted anew. */
class MergeTraining {
  private readonly words: Word[];
  private readonly pairs = new Map<number, PairEntry>();
  private readonly queue = new PairQueue();
  /** Pairs whose count rose since they were last queued; a fall is noticed when the pair comes up. */
  private readonly risen = new Set<PairEntry>();

  constructor(words: Word[]) {
    this.words = words;
    for (const index of words.keys()) this.countPairs(index, 1);
    this.queueRisen();
  }

  /** Appends new tokens to `vocabulary` until it has `size` entries or no pair is left; returns the merges in order. */
  run(vocabulary: string[], size: number): [string, string][] {
    const merges: [string, string][] = [];
    while (vocabulary.length < size) {
      const pair = this.mostFrequent();
      if (!pair) break;
      const parts: [string, string] = [vocabulary[pair.left]!, vocabulary[pair.right]!];
      merges.push(parts);
      this.merge(pair, vocabulary.push(parts.join('')) - 1);
    }
    return merges;
  }

  private mostFrequent(): PairEntry | null {
    for (let queued = this.queue.pop(); queued; queued = this.queue.pop()) {
      const entry = this.pairs.get(pairKey(queued.left, queued.right))!;
      if (entry.count === queued.count) return entry;
      if (entry.count < queued.count) this.queuePair(entry);
    }
    return null;
  }

  private merge(pair: PairEntry, token: number): void {
    for (const index of new Set(pair.words)) {
      const word = this.words[index]!;
      const tokens = mergeWord(word.tokens, pair.left, pair.right, token);
      if (tokens.length === word.tokens.length) continue;
      this.countPairs(index, -1);
      word.tokens = tokens;
      this.countPairs(index, 1);
    }
    this.queueRisen();
  }

  /** Adds (sign 1) or takes away (sign -1) the pairs of one word. */
  private countPairs(index: number, sign: 1 | -1): void {
    const { tokens, count } = this.words[index]!;
    for (let i = 1; i < tokens.length; i++) {
      const entry = this.entryOf(tokens[i - 1]!, tokens[i]!);
      entry.count += sign * count;
      if (sign < 0) continue;
      entry.words.push(index);
      this.risen.add(entry);
    }
  }

  private entryOf(left: number, right: number): PairEntry {
    const key = pairKey(left, right);
    let entry = this.pairs.get(key);
    if (!entry) {
      entry = { left, right, count: 0, words: [] };
      this.pairs.set(key, entry);
    }
    return entry;
  }

  private queueRisen(): void {
    for (const entry of this.risen) this.queuePair(entry);
    this.risen.clear();
  }

  private queuePair({ left, right, count }: PairEntry): void {
    if (count >= SMALLEST_PAIR_COUNT) this.queue.push({ left, right, count });
  }
}

/** One number for a pair of ids, each below 2^26. */
function pairKey(left: number, right: number): number {
  return left * 2 ** 26 + right;
}

/** Replaces every (left, right), from the start on and without overlap. */
export function mergeWord(tokens: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      result.push(merged);
      i++;
    } else {
      result.push(tokens[i]!);
    }
  }
  return result;
}

function describeTokenizer(vocabulary: readonly string[], merges: [string, string][]): TokenizerJson {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true } as const;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, content: END_OF_TEXT, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges,
    },
  };
}
