import { AppError } from '../../src-shared/errors.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { GeneratedText, GenerationOptions } from '../../src-shared/model.ts';
import { seededUniform } from '../model/parameters.ts';
import { StopTexts, StreamedText } from '../text/streamedText.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { beamSearch, type DecodingSession } from './decoding.ts';
import { chooseToken } from './tokenSampling.ts';

export interface TextRequest {
  readonly session: DecodingSession;
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  /** The tokens that the session continues. */
  readonly prompt: readonly TokenId[];
  /** Tokens after which nothing follows. */
  readonly stopTokens: ReadonlySet<number>;
  readonly options: GenerationOptions;
  /** Gets the text piece by piece. */
  onText?(piece: string): void;
  /** Aborting ends the text after the token in progress. */
  readonly signal?: AbortSignal;
}

export type WrittenText = Pick<GeneratedText, 'text' | 'pieces' | 'tokens' | 'ended' | 'firstTokenMs' | 'tokensPerSecond'>;

/** Continues a prompt token by token, or by beam search when there are several beams. */
export function writeText(request: TextRequest): Promise<WrittenText> {
  return request.options.beams > 1 ? searchText(request) : sampleText(request);
}

async function sampleText({ session, tokenizer, prompt, stopTokens, options, onText, signal }: TextRequest): Promise<WrittenText> {
  const startedAtMs = performance.now();
  const uniform = seededUniform(options.seed);
  const seen = new Set<number>(prompt);
  const stream = new TextStream(tokenizer, prompt, options.stop, onText);
  let tokens = 0;
  let firstTokenMs = 0;
  let ended: WrittenText['ended'] = 'length';
  let scores = await session.start();
  while (true) {
    const token = chooseToken(scores, options, seen, uniform);
    if (tokens === 0) firstTokenMs = performance.now() - startedAtMs;
    if (stopTokens.has(token)) ended = 'end-of-text';
    if (ended === 'end-of-text') break;
    tokens += 1;
    seen.add(token);
    if (stream.add(token)) ended = 'stop';
    else if (signal?.aborted) ended = 'cancelled';
    if (ended !== 'length' || tokens >= options.maxTokens) break;
    scores = await session.advance(Int32Array.of(0), Int32Array.of(token));
  }
  const seconds = (performance.now() - startedAtMs - firstTokenMs) / 1000;
  return { ...stream.finish(), tokens, ended, firstTokenMs, tokensPerSecond: tokens > 1 ? (tokens - 1) / seconds : null };
}

/** The text that was written, given out as it grows. */
class TextStream {
  private readonly stream: StreamedText;
  private readonly stops: StopTexts;
  private readonly onText: ((piece: string) => void) | undefined;
  private readonly pieces: string[] = [];
  private stopped = false;

  constructor(tokenizer: Tokenizer, prompt: readonly number[], stop: readonly string[], onText: TextRequest['onText']) {
    this.stream = new StreamedText(tokenizer, prompt);
    this.stops = new StopTexts(stop);
    this.onText = onText;
  }

  /** True when a stop text came. */
  add(token: number): boolean {
    const { text, stopped } = this.stops.add(this.stream.add(token));
    this.give(text);
    this.stopped = stopped;
    return stopped;
  }

  finish(): Pick<WrittenText, 'text' | 'pieces'> {
    if (!this.stopped) {
      this.give(this.stops.add(this.stream.finish()).text);
      this.give(this.stops.finish());
    }
    return { text: this.pieces.join(''), pieces: this.pieces };
  }

  private give(piece: string): void {
    if (piece === '') return;
    this.pieces.push(piece);
    this.onText?.(piece);
  }
}

/** Alpha of the length penalty of `beamSearch`: without it, texts that end at once would win. */
const LENGTH_PENALTY = 1;

/** The best of several beams, whole: it is known only at the end. Stop texts cut it afterwards. */
async function searchText(request: TextRequest): Promise<WrittenText> {
  const { session, tokenizer, vocabularySize, prompt, options, onText, signal } = request;
  const { endOfText } = tokenizer;
  const startedAtMs = performance.now();
  let firstTokenMs = 0;
  const watched: DecodingSession = {
    start: async () => {
      const scores = await session.start();
      firstTokenMs = performance.now() - startedAtMs;
      return foldStopTokens(scores, request);
    },
    advance: async (parents, tokens) => {
      if (signal?.aborted) throw new AppError('cancelled', 'generate: cancelled');
      return foldStopTokens(await session.advance(parents, tokens), request);
    },
  };
  const { beams, maxTokens, stop } = options;
  const search = { prompts: 1, vocabularySize, beams, maxTokens, endOfText, lengthPenalty: LENGTH_PENALTY, openEnded: true };
  const [found] = await beamSearch(watched, search);
  const { tokens, finished } = found![0]!;
  const stream = new TextStream(tokenizer, prompt, stop, onText);
  const stopped = tokens.some((token) => stream.add(token));
  const seconds = (performance.now() - startedAtMs - firstTokenMs) / 1000;
  const ended = stopped ? 'stop' : finished ? 'end-of-text' : 'length';
  const tokensPerSecond = tokens.length > 1 ? (tokens.length - 1) / seconds : null;
  return { ...stream.finish(), tokens: tokens.length, ended, firstTokenMs, tokensPerSecond };
}

/** Beam search knows one end-of-text token: it gets the probability of all that end a text, and the others none. */
function foldStopTokens(scores: Float32Array, { stopTokens, tokenizer, vocabularySize }: TextRequest): Float32Array {
  if (stopTokens.size < 2) return scores;
  for (let row = 0; row < scores.length; row += vocabularySize) {
    let probability = 0;
    for (const token of stopTokens) {
      probability += Math.exp(scores[row + token]!);
      scores[row + token] = Number.NEGATIVE_INFINITY;
    }
    scores[row + tokenizer.endOfText] = Math.log(probability);
  }
  return scores;
}
