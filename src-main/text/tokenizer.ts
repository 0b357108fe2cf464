import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import type { TokenId } from '../../src-shared/ids.ts';
import { END_OF_TEXT } from './bytePairTrainer.ts';

/** What `Tokenizer` needs of a `tokenizer.json`; the rest of the file is the library's business. */
export interface TokenizerFile {
  readonly added_tokens?: readonly AddedToken[];
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

/** Texts are taken as they are. */
const OPTIONS = { clean_up_tokenization_spaces: false };
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
  /** Knows no special tokens, so that it spells them. */
  private readonly speller: HuggingFaceTokenizer;
  /** What the model expects before every text: the begin-of-text token, or nothing. */
  private readonly beginning: readonly TokenId[];
  /** Ids of a line break, for tokenizers that put a space before every text; null for the others. */
  private readonly lineBreak: readonly TokenId[] | null;
  private readonly cache = new Map<string, readonly TokenId[]>();

  /**
   * @param json a parsed `tokenizer.json`
   * @param endOfText content of the special token that ends a text
   * @throws Error when the file has no such special token
   */
  constructor(json: TokenizerFile, endOfText: string = END_OF_TEXT) {
    this.json = json;
    const special = (json.added_tokens ?? []).filter((token) => token.special);
    const end = special.find((token) => token.content === endOfText);
    if (!end) {
      const known = special.map((token) => token.content).join(', ');
      throw new Error(`Tokenizer: expected a special token ${endOfText}, got ${known || 'none'}`);
    }
    this.endOfText = end.id as TokenId;
    this.tokenizer = new HuggingFaceTokenizer(json, OPTIONS);
    this.speller = new HuggingFaceTokenizer(
      { ...json, added_tokens: (json.added_tokens ?? []).filter((token) => !token.special) },
      OPTIONS,
    );
    this.beginning = this.findBeginning();
    this.lineBreak = this.tokenizer.tokenize('a', { add_special_tokens: false })[0] === 'a' ? null : this.spell('\n');
    this.vocabularySize = [...this.tokenizer.get_vocab().values()].reduce((highest, id) => Math.max(highest, id), 0) + 1;
  }

  /**
   * The ids of the text. Text never becomes a special token: `<|endoftext|>` inside a title is spelled like any other word.
   * Lone surrogates become U+FFFD, as in UTF-8.
   */
  encode(text: string): TokenId[] {
    const cached = this.cache.get(text);
    if (cached) return cached.slice();
    const ids = this.spell(text.toWellFormed());
    if (text.length <= CACHED_LENGTH) this.remember(text, ids);
    return ids.slice();
  }

  /**
   * The ids of a text that follows another one. Some tokenizers (Llama 2's) put a space before every text; in the middle of one it would be
   * a second space.
   */
  encodeContinuation(text: string): TokenId[] {
    if (this.lineBreak === null || text === '') return this.encode(text);
    const afterBreak = this.encode(`\n${text}`);
    const isSeparate = this.lineBreak.every((id, index) => afterBreak[index] === id);
    return isSeparate ? afterBreak.slice(this.lineBreak.length) : this.encode(text);
  }

  /** The ids of a text from its beginning, as the model was trained: with its begin-of-text token, where it has one. */
  encodePrompt(text: string): TokenId[] {
    return [...this.beginning, ...this.encode(text)];
  }

  /** The ids of a filled-in chat template: special tokens in it count as such. */
  encodeTemplate(text: string): TokenId[] {
    return this.tokenizer.encode(text.toWellFormed(), { add_special_tokens: false }).ids as TokenId[];
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

  private spell(text: string): TokenId[] {
    return text === '' ? [] : (this.speller.encode(text, { add_special_tokens: false }).ids as TokenId[]);
  }

  /** What the file's post-processor puts before a text. */
  private findBeginning(): TokenId[] {
    const ids = this.tokenizer.encode('a', { add_special_tokens: true }).ids as TokenId[];
    const first = ids.indexOf(this.spell('a')[0]!);
    return ids.slice(0, Math.max(0, first));
  }

  private remember(text: string, ids: readonly TokenId[]): void {
    if (this.cache.size >= CACHED_TEXTS) this.cache.clear();
    this.cache.set(text, ids);
  }
}
