import type { Attention } from '../../../src-shared/attention.ts';

export interface WeightChoice {
  /** null: the mean over the layers. */
  layer: number | null;
  /** null: the mean over the heads. */
  head: number | null;
  /** Each layer's weights times |tanh(alpha)|: a closed layer counts for nothing. */
  gated: boolean;
}

/** Weights [token][slot] of the chosen layer and head, or their means. */
export function combineWeights(layers: Attention['layers'], { layer, head, gated }: WeightChoice): number[][] {
  const chosen = layers.filter((each) => layer === null || each.layer === layer);
  const matrices = chosen.flatMap((each) =>
    each.weights.filter((_, at) => head === null || at === head).map((weights) => ({ weights, factor: gated ? each.gate : 1 })),
  );
  const [first] = matrices;
  if (!first) return [];
  return first.weights.map((row, token) =>
    row.map((_, slot) => matrices.reduce((sum, { weights, factor }) => sum + factor * weights[token]![slot]!, 0) / matrices.length),
  );
}

/** Mean over the rows after which the answer's tokens (and its end) were written: from the prompt's last token on. */
export function answerWeights(matrix: readonly (readonly number[])[], tokens: Attention['tokens']): number[] {
  const firstOfAnswer = tokens.findIndex(({ ofAnswer }) => ofAnswer);
  const rows = matrix.slice(Math.max(0, firstOfAnswer - 1));
  return (rows[0] ?? []).map((_, slot) => rows.reduce((sum, row) => sum + row[slot]!, 0) / rows.length);
}

/** Values from 0 to 1 as shares of the largest; all 0 where that is 0. */
export function relative(values: readonly number[]): number[] {
  const largest = Math.max(0, ...values);
  return values.map((value) => (largest > 0 ? value / largest : 0));
}

/** Spearman's rank correlation, ties with their mean rank; null for fewer than 3 pairs or where one side is constant. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 3) return null;
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  const product = (p: number[], q: number[]) => p.reduce((sum, value, i) => sum + (value - middle) * (q[i]! - middle), 0);
  const spread = Math.sqrt(product(x, x) * product(y, y));
  return spread === 0 ? null : product(x, y) / spread;
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}
