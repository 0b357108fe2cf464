import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import type { TokenId } from '../../src-shared/ids.ts';
import { END_OF_TEXT } from './bytePairTrainer.ts';

/** What `Tokenizer` needs of a `tokenizer.json`; the rest of the file is the library's business. */
export interface TokenizerFile {
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special?: boolean }[];
}

/** Texts whose ids are remembered; when the cache is full it starts afresh. */
const CACHED_TEXTS = 200_000;
/** Longer texts are not remembered: they hardly come twice. */
const CACHED_LENGTH = 256;

/**
 * Text to token ids and back, by a Hugging Face `tokenizer.json`.
 * Titles and the parts of prompts come thousands of times: the ids of short texts are remembered.
 */
export class Tokenizer {
  readonly json: TokenizerFile;
  readonly endOfText: TokenId;
  /** Highest id + 1: the rows of an embedding table. */
  readonly vocabularySize: number;
  private readonly tokenizer: HuggingFaceTokenizer;
  private readonly specialTokens: readonly string[];
  private readonly cache = new Map<string, readonly TokenId[]>();

  /**
   * @param json a parsed `tokenizer.json`
   * @param endOfText content of the special token that ends a text
   * @throws Error when the file has no such special token
   */
  constructor(json: TokenizerFile, endOfText: string = END_OF_TEXT) {
    this.json = json;
    this.tokenizer = new HuggingFaceTokenizer(json, { clean_up_tokenization_spaces: false });
    const special = (json.added_tokens ?? []).filter((token) => token.special);
    this.specialTokens = special.map((token) => token.content);
    const end = special.find((token) => token.content === endOfText);
    if (!end) throw new Error(`Tokenizer: expected a special token ${endOfText}, got ${this.specialTokens.join(', ') || 'none'}`);
    this.endOfText = end.id as TokenId;
    this.vocabularySize = [...this.tokenizer.get_vocab().values()].reduce((highest, id) => Math.max(highest, id), 0) + 1;
  }

  /**
   * The ids of the text. Text never becomes a special token: `<|endoftext|>` inside a title is spelled like any other word.
   * Lone surrogates become U+FFFD, as in UTF-8.
   */
  encode(text: string): TokenId[] {
    const cached = this.cache.get(text);
    if (cached) return cached.slice();
    const ids = this.splitSpecialTokens(text.toWellFormed()).flatMap((part) => this.encodePart(part));
    if (text.length <= CACHED_LENGTH) this.remember(text, ids);
    return ids.slice();
  }

  /** The text of the ids; special tokens are left out, bytes that are not UTF-8 become U+FFFD. */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.tokenizer.decode([...ids], { skip_special_tokens: true });
  }

  /** What one token looks like: its text, or the content of a special token. Throws on ids outside the vocabulary. */
  tokenText(id: number): string {
    if (this.tokenizer.id_to_token(id) === undefined) {
      throw new Error(`Tokenizer.tokenText: expected an id below ${this.vocabularySize}, got ${id}`);
    }
    return this.tokenizer.decode([id]);
  }

  private encodePart(text: string): TokenId[] {
    return this.tokenizer.encode(text, { add_special_tokens: false }).ids as TokenId[];
  }

  /** Cuts inside every occurrence of a special token's content, so that the library does not see it whole. */
  private splitSpecialTokens(text: string): string[] {
    let parts = [text];
    for (const special of this.specialTokens) {
      parts = parts.flatMap((part) =>
        part.split(special).flatMap((piece, i) => (i === 0 ? [piece] : [special[0]!, special.slice(1) + piece])),
      );
    }
    return parts.filter((part) => part.length > 0);
  }

  private remember(text: string, ids: readonly TokenId[]): void {
    if (this.cache.size >= CACHED_TEXTS) this.cache.clear();
    this.cache.set(text, ids);
  }
}
