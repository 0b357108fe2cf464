/** Deeper nesting is no data. */
const MAX_DEPTH = 100;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['None', null],
  ['True', true],
  ['False', false],
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', null],
  ['nan', null],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  a: '\u0007',
  v: '\v',
  '0': '\0',
  '\n': '',
};

/**
 * Reads what Python's `repr` writes for dicts, lists, tuples, strings, numbers, None, True and False (Amazon's metadata of 2014).
 * @throws SyntaxError
 */
export function parsePythonLiteral(text: string): unknown {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class Parser {
  private readonly text: string;
  private position = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new SyntaxError('nested too deeply');
    const start = this.peek();
    if (start === '{') return this.dict(depth);
    if (start === '[') return this.list(']', depth);
    if (start === '(') return this.list(')', depth);
    if (start === "'" || start === '"' || /^[uUbB]['"]/.test(this.text.slice(this.position, this.position + 2))) return this.string();
    return this.wordOrNumber();
  }

  end(): void {
    if (this.peek() !== '') throw new SyntaxError(`unexpected text at ${this.position}`);
  }

  private dict(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.position += 1;
    while (this.peek() !== '}') {
      const key = String(this.value(depth + 1));
      this.take(':');
      entries.push([key, this.value(depth + 1)]);
      if (this.peek() !== '}') this.take(',');
    }
    this.position += 1;
    return Object.fromEntries(entries);
  }

  private list(close: string, depth: number): unknown[] {
    const values: unknown[] = [];
    this.position += 1;
    while (this.peek() !== close) {
      values.push(this.value(depth + 1));
      if (this.peek() !== close) this.take(',');
    }
    this.position += 1;
    return values;
  }

  private string(): string {
    if (/[uUbB]/.test(this.text[this.position]!)) this.position += 1;
    const quote = this.text[this.position++]!;
    let result = '';
    for (;;) {
      const character = this.text[this.position++];
      if (character === undefined) throw new SyntaxError('a string is not closed');
      if (character === quote) return result;
      result += character === '\\' ? this.escape() : character;
    }
  }

  private escape(): string {
    const character = this.text[this.position++] ?? '';
    const digits = { x: 2, u: 4, U: 8 }[character];
    if (digits === undefined) return ESCAPES[character] ?? (/['"\\]/.test(character) ? character : `\\${character}`);
    const code = this.text.slice(this.position, this.position + digits);
    this.position += digits;
    if (!/^[0-9a-fA-F]+$/.test(code) || Number.parseInt(code, 16) > 0x10ffff) throw new SyntaxError(`wrong escape \\${character}${code}`);
    return String.fromCodePoint(Number.parseInt(code, 16));
  }

  private wordOrNumber(): unknown {
    const word = /[\w.+-]*/y;
    word.lastIndex = this.position;
    const [text] = word.exec(this.text)!;
    this.position += text.length;
    if (WORDS.has(text)) return WORDS.get(text);
    const number = Number(text);
    if (text === '' || Number.isNaN(number)) throw new SyntaxError(`unexpected "${text}" at ${this.position - text.length}`);
    return number;
  }

  private take(character: string): void {
    if (this.peek() !== character) throw new SyntaxError(`expected ${character} at ${this.position}`);
    this.position += 1;
  }

  /** The next character that is no space; "" at the end. */
  private peek(): string {
    while (/\s/.test(this.text[this.position] ?? '')) this.position += 1;
    return this.text[this.position] ?? '';
  }
}
