import type { Tokenizer } from './tokenizer.ts';

/**
 * Turns tokens into text as they come. A character of several tokens is held back until it is whole. Only the tokens since the last
 * whole piece are decoded, behind those of the piece before: a tokenizer may write a token differently at the beginning of a text.
 */
export class StreamedText {
  private readonly tokenizer: Tokenizer;
  private readonly tokens: number[];
  /** Start of the piece before the last whole one, and its end. */
  private before = 0;
  private end: number;

  /** @param prompt tokens that come before; their text is not given out */
  constructor(tokenizer: Tokenizer, prompt: readonly number[]) {
    this.tokenizer = tokenizer;
    this.tokens = [...prompt];
    this.end = prompt.length;
  }

  /** The text that this token completes; empty while a character is unfinished. */
  add(token: number): string {
    this.tokens.push(token);
    const added = this.pending();
    if (added === '' || added.endsWith('\ufffd')) return '';
    this.before = this.end;
    this.end = this.tokens.length;
    return added;
  }

  /** What is still held back: a character that never became whole is U+FFFD. */
  finish(): string {
    const added = this.pending();
    this.end = this.tokens.length;
    return added;
  }

  private pending(): string {
    const known = this.tokenizer.decode(this.tokens.slice(this.before, this.end));
    return this.tokenizer.decode(this.tokens.slice(this.before)).slice(known.length);
  }
}

/** Cuts a stream of text before the first of some texts. What may be the start of one is held back until that is clear. */
export class StopTexts {
  private readonly stops: readonly string[];
  private held = '';

  constructor(stops: readonly string[]) {
    this.stops = stops;
  }

  /** @returns the text that is certain by now, and whether a stop text came after it */
  add(text: string): { text: string; stopped: boolean } {
    const all = this.held + text;
    const found = this.stops.map((stop) => all.indexOf(stop)).filter((index) => index >= 0);
    if (found.length > 0) {
      this.held = '';
      return { text: all.slice(0, Math.min(...found)), stopped: true };
    }
    const kept = Math.max(0, ...this.stops.map((stop) => longestStart(all, stop)));
    this.held = all.slice(all.length - kept);
    return { text: all.slice(0, all.length - kept), stopped: false };
  }

  /** What was held back, when nothing follows. */
  finish(): string {
    const held = this.held;
    this.held = '';
    return held;
  }
}

/** Length of the longest end of `text` with which `stop` begins, `stop` itself left out. */
function longestStart(text: string, stop: string): number {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
