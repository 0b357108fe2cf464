import type { EncoderBenchmark, TrainedEncoder } from '../../bench/encoder.ts';
import { openWorkspace } from '../../store/workspace.ts';
import { formatCount, formatSeconds } from './numbers.ts';
import type { Outcome } from './output.ts';
import { createProgress } from './progress.ts';
import { type CommonOptions, workspacePath } from './session.ts';
import { formatTable } from './table.ts';

export interface EncoderBenchCounts {
  dataset: string;
  seeds: number;
  steps: number;
  threads?: number;
}

/** Points of every curve. */
const POINTS = 10;

export async function encoderOutcome(options: CommonOptions, counts: EncoderBenchCounts): Promise<Outcome> {
  const progress = createProgress();
  const workspace = openWorkspace(workspacePath(options));
  try {
    const { benchEncoder } = await import('../../bench/encoder.ts');
    const measureEvery = Math.max(1, Math.round(counts.steps / POINTS));
    const measured = await benchEncoder({ workspace, ...counts, measureEvery, onProgress: (text) => progress.note(text) });
    return { document: measured, text: encoderText(measured) };
  } finally {
    workspace.close();
  }
}

const right = (title: string) => ({ title, align: 'right' as const });
const rate = (value: number) => value.toFixed(4);

export function encoderText({ dataset, users, items, popularity, trained, torchVersion }: EncoderBenchmark): string {
  const head = `Next item on "${dataset}": full ranking among ${formatCount(items)} items, seen ones filtered, ${formatCount(users)} users\n`;
  const implementations = [...new Set(trained.map(({ implementation }) => implementation))];
  const rows = [
    ['popularity', '', rate(popularity.hitRate), rate(popularity.ndcg), ''],
    ...implementations.flatMap((name) => implementationRows(trained.filter(({ implementation }) => implementation === name))),
  ];
  const columns = [{ title: 'Encoder' }, right('Seed'), right('HR@10'), right('NDCG@10'), right('Time')];
  const note = torchVersion ? `PyTorch ${torchVersion}\n` : 'python3 cannot import torch here, so there is nothing to compare with.\n';
  return `${head}${formatTable(columns, rows)}\n${curveText(trained)}${note}`;
}

function implementationRows(trained: readonly TrainedEncoder[]): string[][] {
  const name = trained[0]!.implementation;
  const single = trained.map(({ seed, test, seconds }) => [
    name,
    String(seed),
    rate(test.hitRate),
    rate(test.ndcg),
    formatSeconds(seconds),
  ]);
  if (trained.length === 1) return single;
  const spread = (of: (encoder: TrainedEncoder) => number) => meanAndDeviation(trained.map(of));
  return [...single, [name, 'all', spread(({ test }) => test.hitRate), spread(({ test }) => test.ndcg), '']];
}

/** Mean +- standard deviation (n - 1) over seeds. */
function meanAndDeviation(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${rate(mean)} ± ${rate(Math.sqrt(variance))}`;
}

/** Validation HR@10 of the first seed while it trains. */
function curveText(trained: readonly TrainedEncoder[]): string {
  const first = trained.filter(({ seed }) => seed === 1);
  const columns = [
    right('Step'),
    ...first.flatMap(({ implementation }) => [right(`loss, ${implementation}`), right(`validation HR@10, ${implementation}`)]),
  ];
  const rows = first[0]!.curve.map(({ step }, point) => [
    formatCount(step),
    ...first.flatMap(({ curve }) => [curve[point]!.loss.toFixed(3), rate(curve[point]!.hitRate)]),
  ]);
  return `${formatTable(columns, rows)}\n`;
}
