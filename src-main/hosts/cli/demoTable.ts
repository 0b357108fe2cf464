import type { EfficiencyPoint, PairedTest, RunDetail } from '../../../src-shared/run.ts';
import { formatShort } from './numbers.ts';
import { formatTable } from './table.ts';

const TITLES: Record<string, string> = {
  none: 'language model without the user',
  'text-prompt': 'history as text in the prompt',
  'cross-attention': 'personalised by cross-attention',
};
const RECALLS = ['recall@1', 'recall@5', 'recall@10'];

/** One row a model, and the baseline that always names the most popular titles. */
export function demoTable(runs: readonly RunDetail[]): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: 'Next title, test users' },
    ...['Test loss', 'Recall@1', 'Recall@5', 'Recall@10', 'Encoder HR@10', 'Fused HR@10', 'Tokens', 'FLOPs', 'ms'].map(right),
  ];
  return formatTable(columns, [...runs.map(modelRow), popularityRow(runs)]);
}

function modelRow(run: RunDetail): string[] {
  const kind = String((run.config.integration as { kind?: unknown } | undefined)?.kind);
  const method = kind === 'text-prompt' ? 'text-prompt' : 'embedding';
  const request = run.efficiency.find((point) => point.method === method);
  const metrics = ['testLoss', ...RECALLS, 'encoder.hr@10', 'fused.hr@10'].map((name) => share(run, name));
  return [TITLES[kind] ?? run.name, ...metrics, ...requestCells(request)];
}

function requestCells(request: EfficiencyPoint | undefined): string[] {
  if (!request) return ['-', '-', '-'];
  return [request.tokensPerRequest.toFixed(0), formatShort(request.flops), request.millisecondsPerRequest.toFixed(1)];
}

/** The same users are tested in every run, so any run that measured it will do. */
function popularityRow(runs: readonly RunDetail[]): string[] {
  const value = (name: string) => runs.map((run) => share(run, name)).find((text) => text !== '-') ?? '-';
  const recalls = RECALLS.map((name) => value(`popularity.${name}`));
  return ['most popular titles', '-', ...recalls, value('popularity.hr@10'), '-', '-', '-', '-'];
}

function share({ metrics }: RunDetail, name: string): string {
  return metrics[name]?.value.toFixed(3) ?? '-';
}

/** What personalisation changed: the paired tests of the metrics that both models have. */
export function demoDifferences(tests: readonly PairedTest[]): string {
  const lines = [
    ['testLoss', 'test loss'],
    ['recall@10', 'Recall@10'],
  ].flatMap(([metric, title]) => {
    const test = tests.find((candidate) => candidate.metric === metric);
    if (!test) return [];
    const sign = test.difference > 0 ? '+' : '';
    return [`  ${title} ${sign}${test.difference.toFixed(4)} (${test.n} users, p = ${test.pValue.toFixed(4)})`];
  });
  return lines.length === 0 ? '' : `Personalised minus without the user, paired randomisation test:\n${lines.join('\n')}\n`;
}
