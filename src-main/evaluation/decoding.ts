import type { TokenId } from '../../src-shared/ids.ts';
import { TopCandidates } from './topCandidates.ts';
import { type TokenTrie, TRIE_ROOT } from './trie.ts';

/** A language model that continues a fixed set of prompts. */
export interface DecodingSession {
  /** Log-probabilities of the next token after each prompt: [prompts, vocabularySize]. */
  start(): Promise<Float32Array>;
  /**
   * Continues: row r of the new batch extends row parents[r] of the previous one by tokens[r]; returns [rows, vocabularySize].
   * The arrays are the caller's: they are changed after the returned promise resolves.
   */
  advance(parents: Int32Array, tokens: Int32Array): Promise<Float32Array>;
}

export interface BeamSearchOptions {
  readonly prompts: number;
  readonly vocabularySize: number;
  /** Live beams of each prompt, and candidates returned for it at most. */
  readonly beams: number;
  /** Tokens of a text at most, end-of-text included. */
  readonly maxTokens: number;
  readonly endOfText: TokenId;
  /** Tokens before end-of-text at least; 0, the default: the empty text is one. Not for a trie. */
  readonly minTokens?: number;
  /** Only texts of this catalogue are written. */
  readonly trie?: TokenTrie;
  /** alpha of the length penalty; 0, the default: none. */
  readonly lengthPenalty?: number;
  /** Texts that were cut off compete with finished ones by their scores; otherwise they come after all of them. */
  readonly openEnded?: boolean;
  /** Candidates with equal text are one: the better score stays. Without it candidates differ in their tokens. */
  readonly textOf?: (tokens: readonly TokenId[]) => string;
}

export interface Candidate {
  /** Without end-of-text. */
  readonly tokens: TokenId[];
  /** Sum of the log-probabilities of the tokens, end-of-text included where `finished`. */
  readonly logProbability: number;
  /** What candidates are ordered by: logProbability / lengthPenalty. */
  readonly score: number;
  /** False: the text was cut off at `maxTokens`. */
  readonly finished: boolean;
  /** Index into `trie.entries`; -1 without a trie. */
  readonly entry: number;
}

interface Beam {
  readonly tokens: TokenId[];
  readonly logProbability: number;
  /** Row of the previous batch that holds this beam's state, and the token to extend it by. */
  readonly parentRow: number;
  readonly lastToken: TokenId;
  readonly node: number;
}

/**
 * Beam search over all prompts at once. Score of a text Y: log P(Y) / lp(Y), lp(Y) = ((5 + |Y|) / 6)^alpha (Wu et al. 2016, equation 14),
 * |Y| = tokens with end-of-text; alpha = 0 (the default) leaves the summed log-probability.
 *
 * Each step keeps the `beams` best continuations of a prompt that do not end, and sets those that end aside: finished texts take no place
 * from living ones. A prompt is done when no living beam can beat its `beams` finished ones any more. Where fewer have finished after
 * `maxTokens` tokens, the best cut-off ones follow after them (never under a trie, where they are in no catalogue).
 * Every `advance` has prompts * beams rows, prompt by prompt, so that shapes are static; rows without a beam repeat one with end-of-text.
 * Ties: the extension of the better beam first, then the smaller token id.
 *
 * @returns for each prompt at most `beams` candidates, best first
 * @throws Error when the model's output has another size than agreed, or no token of finite log-probability
 */
export async function beamSearch(session: DecodingSession, options: BeamSearchOptions): Promise<Candidate[][]> {
  const { prompts, beams, maxTokens } = options;
  const searches = Array.from({ length: prompts }, (_, prompt) => new PromptSearch(prompt, options));
  let logProbabilities = await session.start();
  requireSize(logProbabilities, prompts, options.vocabularySize);
  for (const search of searches) search.extend(logProbabilities, [search.prompt]);
  for (let length = 1; length < maxTokens && searches.some((search) => !search.done); length++) {
    const previousRows = length === 1 ? 1 : beams;
    logProbabilities = await session.advance(...nextBatch(searches, beams, previousRows, options.endOfText));
    requireSize(logProbabilities, prompts * beams, options.vocabularySize);
    for (const search of searches) {
      if (!search.done) search.extend(logProbabilities, rowsOf(search.prompt, beams));
    }
  }
  return searches.map((search) => search.result());
}

function rowsOf(prompt: number, beams: number): number[] {
  return Array.from({ length: beams }, (_, beam) => prompt * beams + beam);
}

function nextBatch(searches: readonly PromptSearch[], beams: number, previousRows: number, filler: TokenId): [Int32Array, Int32Array] {
  const parents = new Int32Array(searches.length * beams);
  const tokens = new Int32Array(searches.length * beams).fill(filler);
  for (const { prompt, live, done } of searches) {
    parents.fill(prompt * previousRows, prompt * beams, (prompt + 1) * beams);
    if (done) continue;
    for (const [beam, { parentRow, lastToken }] of live.entries()) {
      parents[prompt * beams + beam] = parentRow;
      tokens[prompt * beams + beam] = lastToken;
    }
  }
  return [parents, tokens];
}

function requireSize(logProbabilities: Float32Array, rows: number, vocabularySize: number): void {
  if (logProbabilities.length !== rows * vocabularySize) {
    throw new Error(`beamSearch: expected [${rows}, ${vocabularySize}] log-probabilities, got ${logProbabilities.length} values`);
  }
}

/** The state of one prompt's search. */
class PromptSearch {
  readonly prompt: number;
  live: Beam[];
  done = false;
  private readonly options: BeamSearchOptions;
  private readonly finished: FinishedTexts;
  private readonly top: TopCandidates;
  private length = 0;

  constructor(prompt: number, options: BeamSearchOptions) {
    this.prompt = prompt;
    this.options = options;
    this.live = [{ tokens: [], logProbability: 0, parentRow: -1, lastToken: options.endOfText, node: TRIE_ROOT }];
    this.finished = new FinishedTexts(options);
    this.top = new TopCandidates(options.beams);
  }

  /** One more token. `rows[b]`: where the log-probabilities after live beam b are. */
  extend(logProbabilities: Float32Array, rows: readonly number[]): void {
    this.length++;
    this.finishBeams(logProbabilities, rows);
    this.selectContinuations(logProbabilities, rows);
    const { top, live } = this;
    const next: Beam[] = [];
    for (let i = 0; i < top.size; i++) {
      const parent = live[top.beams[i]!]!;
      const token = top.tokens[i]! as TokenId;
      const node = this.options.trie ? this.options.trie.next(parent.node, token) : TRIE_ROOT;
      const row = rows[top.beams[i]!]!;
      next.push({ tokens: [...parent.tokens, token], logProbability: top.scores[i]!, parentRow: row, lastToken: token, node });
    }
    this.live = next;
    this.done = next.length === 0 || !this.finished.canBeBeatenBy(next[0]!.logProbability, this.length + 1);
  }

  /** Finished texts, best first; cut-off ones fill up, or compete. */
  result(): Candidate[] {
    const { beams, trie, textOf, openEnded } = this.options;
    const finished = this.finished.list();
    if (trie) return finished;
    const texts = new Set(textOf && finished.map(({ tokens }) => textOf(tokens)));
    const cutOff = this.live
      .filter(({ tokens }) => !textOf || addNew(texts, textOf(tokens)))
      .map(({ tokens, logProbability }) => this.finished.describe(tokens, logProbability, this.length, false, -1));
    const all = [...finished, ...cutOff];
    return (openEnded ? all.sort((a, b) => b.score - a.score) : all).slice(0, beams);
  }

  private finishBeams(logProbabilities: Float32Array, rows: readonly number[]): void {
    const { endOfText, vocabularySize, trie, minTokens = 0 } = this.options;
    if (this.length <= minTokens) return;
    for (const [beam, { tokens, logProbability, node }] of this.live.entries()) {
      if (trie && trie.next(node, endOfText) < 0) continue;
      const total = logProbability + logProbabilities[rows[beam]! * vocabularySize + endOfText]!;
      this.finished.add(this.finished.describe(tokens, total, this.length, true, trie ? trie.find(tokens) : -1));
    }
  }

  private selectContinuations(logProbabilities: Float32Array, rows: readonly number[]): void {
    const { endOfText, vocabularySize, trie } = this.options;
    const { top } = this;
    top.clear();
    for (const [beam, { logProbability, node }] of this.live.entries()) {
      const offset = rows[beam]! * vocabularySize;
      if (trie) top.offerListed(beam, logProbability, logProbabilities, offset, trie.tokensAfter(node), endOfText);
      else top.offerAll(beam, logProbability, logProbabilities, offset, vocabularySize, endOfText);
    }
    if (top.size === 0 && this.finished.size === 0) {
      throw new Error(`beamSearch: prompt ${this.prompt} has no token of finite log-probability at position ${this.length}`);
    }
  }
}

/** The best finished texts of one prompt, at most `beams`, each text once. */
class FinishedTexts {
  private readonly beams: number;
  private readonly maxTokens: number;
  private readonly alpha: number;
  private readonly textOf: BeamSearchOptions['textOf'];
  private readonly candidates: Candidate[] = [];
  /** Of each candidate its text, where `textOf` tells it. Without it nothing comes twice: every beam has its own tokens. */
  private readonly texts: (string | undefined)[] = [];

  constructor({ beams, maxTokens, lengthPenalty = 0, textOf }: BeamSearchOptions) {
    this.beams = beams;
    this.maxTokens = maxTokens;
    this.alpha = lengthPenalty;
    this.textOf = textOf;
  }

  get size(): number {
    return this.candidates.length;
  }

  describe(tokens: TokenId[], logProbability: number, length: number, finished: boolean, entry: number): Candidate {
    return { tokens, logProbability, score: logProbability / this.penalty(length), finished, entry };
  }

  /** Keeps the order; of equal scores the one that finished earlier stays ahead. Minus infinity and NaN are not kept. */
  add(candidate: Candidate): void {
    if (!(candidate.score > Number.NEGATIVE_INFINITY)) return;
    const { candidates } = this;
    let place = candidates.length;
    while (place > 0 && candidates[place - 1]!.score < candidate.score) place--;
    if (place >= this.beams) return;
    const text = this.textOf?.(candidate.tokens);
    const same = text === undefined ? -1 : this.texts.indexOf(text);
    if (same >= 0 && same < place) return;
    if (same >= 0) this.remove(same);
    candidates.splice(place, 0, candidate);
    this.texts.splice(place, 0, text);
    if (candidates.length > this.beams) this.remove(this.beams);
  }

  /** Whether a living beam with this log-probability, ending after `length` tokens or more, may still enter. */
  canBeBeatenBy(logProbability: number, length: number): boolean {
    if (this.candidates.length < this.beams) return true;
    // Log-probabilities only fall, and a negative one divided by a larger penalty is better: the bound is at one end or the other.
    const bound = Math.max(logProbability / this.penalty(length), logProbability / this.penalty(this.maxTokens));
    return bound > this.candidates.at(-1)!.score;
  }

  list(): Candidate[] {
    return [...this.candidates];
  }

  private remove(place: number): void {
    this.candidates.splice(place, 1);
    this.texts.splice(place, 1);
  }

  private penalty(length: number): number {
    return this.alpha === 0 ? 1 : ((5 + length) / 6) ** this.alpha;
  }
}

/** Adds the value; false when it was there. */
function addNew(values: Set<string>, value: string): boolean {
  if (values.has(value)) return false;
  values.add(value);
  return true;
}
