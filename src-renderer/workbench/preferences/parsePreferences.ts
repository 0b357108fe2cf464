import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';

/** The values of a settings text. Throws with the place of what is not JSON, and for what is not an object. */
export function parsePreferences(text: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw new Error(`settings: expected JSON, got ${printParseErrorCode(first.error)} in line ${line}; mend it and save again`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error('settings: expected an object in braces, got something else; begin with { and end with }');
  return value as Record<string, unknown>;
}
