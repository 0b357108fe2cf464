import type { DecodingSession } from './decoding.ts';

export interface TextScoreOptions {
  /** Rows of each prompt in the session: at least as many as it has texts. */
  readonly beams: number;
  readonly vocabularySize: number;
  readonly endOfText: number;
}

/**
 * log P(text | prompt) of given texts, without any search: the sum over the text's tokens and end-of-text of log p(token | prompt, tokens before).
 * The prompt is read once; then every text of every prompt is read one token a step.
 * @param texts tokens of each prompt's texts, without end-of-text
 * @returns of each prompt the log-probabilities of its texts, in nats
 * @throws Error when a prompt has more texts than the session has rows for it
 */
export async function scoreTexts(
  session: DecodingSession,
  texts: readonly (readonly (readonly number[])[])[],
  options: TextScoreOptions,
): Promise<Float64Array[]> {
  const { beams, vocabularySize, endOfText } = options;
  const most = Math.max(...texts.map((list) => list.length));
  if (most > beams) throw new Error(`scoreTexts: expected at most ${beams} texts for a prompt, got ${most}`);
  const scores = texts.map((list) => new Float64Array(list.length));
  const longest = Math.max(0, ...texts.flat().map((tokens) => tokens.length));
  let logProbabilities = await session.start();
  for (let position = 0; ; position++) {
    const rowOf = (prompt: number, text: number) => (position === 0 ? prompt : prompt * beams + text);
    addScores(scores, texts, position, (prompt, text, token) => logProbabilities[rowOf(prompt, text) * vocabularySize + token]!, endOfText);
    if (position === longest) return scores;
    const rows = Int32Array.from({ length: texts.length * beams }, (_, row) => row);
    const parents = position === 0 ? rows.map((row) => Math.floor(row / beams)) : rows;
    const tokens = rows.map((row) => texts[Math.floor(row / beams)]![row % beams]?.[position] ?? endOfText);
    logProbabilities = await session.advance(parents, tokens);
  }
}

/** Adds what each text's token at `position` scores; end-of-text counts once, after the last token. */
function addScores(
  scores: readonly Float64Array[],
  texts: readonly (readonly (readonly number[])[])[],
  position: number,
  scoreOf: (prompt: number, text: number, token: number) => number,
  endOfText: number,
): void {
  for (const [prompt, list] of texts.entries()) {
    for (const [text, tokens] of list.entries()) {
      if (position > tokens.length) continue;
      scores[prompt]![text]! += scoreOf(prompt, text, tokens[position] ?? endOfText);
    }
  }
}
