export interface Match {
  /** Higher is better. */
  score: number;
  /** Indices of the matched letters. */
  at: number[];
}

const isWordStart = (text: string, index: number): boolean => index === 0 || /[\s:._/-]/.test(text[index - 1]!);

/**
 * Finds the letters of `pattern` in `text` in order, case-insensitively; spaces in the pattern separate words that may
 * come in any order. Letters at word starts and in one piece score higher. Null when a letter is missing.
 */
export function fuzzyMatch(pattern: string, text: string): Match | null {
  const words = pattern.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = words.map((word) => matchWord(word, text.toLowerCase()));
  if (matches.some((match) => match === null)) return null;
  const found = matches as Match[];
  const at = [...new Set(found.flatMap((match) => match.at))].sort((a, b) => a - b);
  return { score: found.reduce((sum, match) => sum + match.score, 0) - text.length / 200, at };
}

function matchWord(word: string, text: string): Match | null {
  const whole = text.indexOf(word);
  if (whole >= 0) {
    const start = bestStart(word, text, whole);
    return { score: word.length * 3 + (isWordStart(text, start) ? 8 : 2), at: [...word].map((_, offset) => start + offset) };
  }
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of word) {
    const found = text.indexOf(letter, from);
    if (found < 0) return null;
    score += isWordStart(text, found) ? 2 : found === from ? 1 : 0;
    at.push(found);
    from = found + 1;
  }
  return { score, at };
}

/** The first occurrence that begins a word, else the first of all. */
function bestStart(word: string, text: string, first: number): number {
  for (let start = first; start >= 0; start = text.indexOf(word, start + 1)) if (isWordStart(text, start)) return start;
  return first;
}
