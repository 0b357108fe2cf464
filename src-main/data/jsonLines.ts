import { importError, type SourceFile } from './files/sourceFile.ts';
import { shorten } from './ingest/numbers.ts';
import { decodeText, readLines } from './lines.ts';
import { parsePythonLiteral } from './pythonLiteral.ts';

export type JsonObject = Record<string, unknown>;
/** One line with an object, or why there is none. */
export type JsonRow = { line: number; value: JsonObject } | { line: number; problem: string };

/**
 * An object as JSON, or as a Python dict literal where it is none.
 * @returns why it is neither, as text
 */
export function parseObject(text: string): JsonObject | string {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return parsePython(text);
  }
}

function parsePython(text: string): JsonObject | string {
  try {
    return asObject(parsePythonLiteral(text));
  } catch {
    return `expected a JSON object, got "${shorten(text)}"`;
  }
}

function asObject(value: unknown): JsonObject | string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  return `expected a JSON object, got ${Array.isArray(value) ? 'a list' : shorten(JSON.stringify(value) ?? 'nothing')}`;
}

/**
 * Calls `listener` for every line that is not blank.
 * @throws AppError `import-failed` where the last line has no end: the file is cut off
 */
export async function readJsonLines(
  file: SourceFile,
  listener: (row: JsonRow) => void,
  afterChunk?: (storedBytesRead: number) => void,
): Promise<void> {
  let last: { line: number; text: string } | null = null;
  const complete = await readLines(
    file,
    (buffer, start, end, line) => {
      const text = decodeText(buffer, start, end);
      if (text.trim() === '') return;
      const value = parseObject(text);
      last = typeof value === 'string' ? { line, text } : null;
      listener(typeof value === 'string' ? { line, problem: value } : { line, value });
    },
    afterChunk,
  );
  if (!complete && last !== null) throw cutOff(file, last);
}

function cutOff(file: SourceFile, { line, text }: { line: number; text: string }): Error {
  const message = `expected a complete last line, got "${shorten(text)}" in line ${line}; the file is cut off: copy or download it again`;
  return importError(file, message, line);
}
