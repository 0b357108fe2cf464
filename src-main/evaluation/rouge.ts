/** ROUGE (Lin 2004) as google-research's `rouge_scorer` computes it, without stemming. */

export const ROUGE_NAMES = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;
export type RougeScores = Record<(typeof ROUGE_NAMES)[number], number>;

/**
 * F1 x 100 of a generated text against the reference, 0 where either has no token.
 * - `rouge1`, `rouge2`: n-grams in common, each counted at most as often as the other text has it.
 * - `rougeL`: longest common subsequence of the whole texts.
 * - `rougeLsum`: of every line of the reference the union of its longest common subsequences with the lines of the candidate.
 */
export function rouge(candidate: string, reference: string): RougeScores {
  const [found, wanted] = [tokens(candidate), tokens(reference)];
  return {
    rouge1: ngramScore(found, wanted, 1),
    rouge2: ngramScore(found, wanted, 2),
    rougeL: f1(lcsTable(wanted, found)[wanted.length]![found.length]!, found.length, wanted.length),
    rougeLsum: summaryScore(lines(candidate), lines(reference)),
  };
}

/** Lower case; whatever is no ASCII letter or digit separates tokens. */
function tokens(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

function lines(text: string): string[][] {
  return text.split('\n').map(tokens);
}

/** 100 x the harmonic mean of hits / found and hits / wanted. */
function f1(hits: number, found: number, wanted: number): number {
  return hits === 0 ? 0 : (200 * hits) / (found + wanted);
}

function ngramScore(found: readonly string[], wanted: readonly string[], n: number): number {
  const [ofFound, ofWanted] = [countOf(ngrams(found, n)), countOf(ngrams(wanted, n))];
  let hits = 0;
  for (const [ngram, count] of ofWanted) hits += Math.min(count, ofFound.get(ngram) ?? 0);
  return f1(hits, Math.max(0, found.length - n + 1), Math.max(0, wanted.length - n + 1));
}

function ngrams(words: readonly string[], n: number): string[] {
  return Array.from({ length: Math.max(0, words.length - n + 1) }, (_, start) => words.slice(start, start + n).join(' '));
}

function countOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** [i][j]: length of the longest common subsequence of the first i tokens of a and the first j of b. */
function lcsTable(a: readonly string[], b: readonly string[]): Int32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Int32Array(b.length + 1));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
    }
  }
  return table;
}

/** Positions in `wanted` of one longest common subsequence; of several the one that google-research's scorer walks to. */
function lcsPositions(wanted: readonly string[], found: readonly string[]): number[] {
  const table = lcsTable(wanted, found);
  const positions: number[] = [];
  for (let i = wanted.length, j = found.length; i > 0 && j > 0; ) {
    if (wanted[i - 1] === found[j - 1]) {
      positions.push(i - 1);
      i--;
      j--;
    } else if (table[i]![j - 1]! > table[i - 1]![j]!) j--;
    else i--;
  }
  return positions;
}

/** Union-LCS of Lin 2004, section 3.2; a token is hit at most as often as the candidate has it. */
function summaryScore(found: readonly string[][], wanted: readonly string[][]): number {
  const left = countOf(found.flat());
  let hits = 0;
  for (const line of wanted) {
    const union = new Set(found.flatMap((other) => lcsPositions(line, other)));
    for (const position of union) {
      const token = line[position]!;
      const count = left.get(token) ?? 0;
      if (count === 0) continue;
      hits++;
      left.set(token, count - 1);
    }
  }
  return f1(hits, found.flat().length, wanted.flat().length);
}
