import { DefaultLinesDiffComputer } from 'monaco-editor/editor/common/diff/defaultLinesDiffComputer/defaultLinesDiffComputer.js';

/** Lines [start, end) of the base become `lines`; they count from 0, and start = end is an insertion. */
interface Hunk {
  start: number;
  end: number;
  lines: string[];
}

const OPTIONS = { ignoreTrimWhitespace: false, maxComputationTimeMs: 0, computeMoves: false };

/**
 * Three-way merge of two changes of one text, by line (Khanna, Kunal and Pierce 2007). Null where both change the same lines, or neighbouring
 * ones, in different ways: then a person has to choose.
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | null {
  const lines = base.split('\n');
  const hunks = distinct([...hunksBetween(lines, mine), ...hunksBetween(lines, theirs)]);
  if (hunks.some((hunk, at) => at > 0 && hunk.start <= hunks[at - 1]!.end)) return null;
  for (const { start, end, lines: replacement } of hunks.toReversed()) lines.splice(start, end - start, ...replacement);
  return lines.join('\n');
}

function hunksBetween(base: string[], changed: string): Hunk[] {
  const lines = changed.split('\n');
  return new DefaultLinesDiffComputer().computeDiff(base, lines, OPTIONS).changes.map(({ original, modified }) => ({
    start: original.startLineNumber - 1,
    end: original.endLineNumberExclusive - 1,
    lines: lines.slice(modified.startLineNumber - 1, modified.endLineNumberExclusive - 1),
  }));
}

/** In order; what both sides have changed alike, once. */
function distinct(hunks: Hunk[]): Hunk[] {
  const byContent = new Map(hunks.map((hunk) => [JSON.stringify(hunk), hunk]));
  return [...byContent.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}
