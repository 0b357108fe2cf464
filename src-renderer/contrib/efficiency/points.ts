import type { Experiment } from '../../../src-shared/experiment.ts';
import type { EfficiencyPoint, RunDetail } from '../../../src-shared/run.ts';

export type Method = EfficiencyPoint['method'];

export const METHOD_LABELS: Record<Method, string> = {
  embedding: 'user embedding',
  'text-prompt': 'text prompt',
  'text-summary': 'text summary',
};

/** What one request of a run's own kind reads, in tokens; `estimated`: its history length lies between those that were counted. */
export interface RequestTokens {
  readonly tokens: number;
  readonly estimated: boolean;
}

/** null: nothing was counted. */
export function tokensOf({ config, efficiency }: Pick<RunDetail, 'config' | 'efficiency'>): RequestTokens | null {
  const { integration, history } = config as Experiment;
  const [method, length] = ownRequest(integration.kind, history);
  const points = efficiency.filter((point) => point.method === method).toSorted((a, b) => a.historyLength - b.historyLength);
  const exact = points.find(({ historyLength }) => historyLength === length);
  if (exact) return { tokens: exact.tokensPerRequest, estimated: false };
  if (points.length === 0) return null;
  return { tokens: lineThrough(points, length), estimated: method !== 'embedding' };
}

function ownRequest(kind: Experiment['integration']['kind'], { embedded, prompted }: Experiment['history']): [Method, number] {
  if (kind === 'text-summary') return ['text-summary', prompted];
  // Events in the prompt beside an encoder cost what they cost in a text prompt.
  if (kind !== 'none' && prompted > 0) return ['text-prompt', prompted];
  return ['embedding', embedded];
}

/** The straight line through the two lengths around, or nearest to, the wanted one: every event has about as many tokens. */
function lineThrough(points: readonly EfficiencyPoint[], length: number): number {
  const [only] = points;
  if (points.length === 1) return only!.tokensPerRequest;
  const after = Math.min(
    points.length - 1,
    Math.max(
      1,
      points.findIndex(({ historyLength }) => historyLength > length),
    ),
  );
  const [a, b] = [points[after - 1]!, points[after]!];
  const slope = (b.tokensPerRequest - a.tokensPerRequest) / (b.historyLength - a.historyLength);
  return Math.max(1, a.tokensPerRequest + slope * (length - a.historyLength));
}

export interface CostLine {
  readonly id: string;
  readonly runIds: string[];
  readonly method: Method;
  readonly lengths: number[];
  readonly values: number[];
}

/** A cost against the history length, a line for each method of each run; runs whose lines are equal share one. */
export function costLines(runs: readonly Pick<RunDetail, 'id' | 'efficiency'>[], cost: 'flops' | 'millisecondsPerRequest'): CostLine[] {
  const lines = new Map<string, CostLine>();
  for (const { id, efficiency } of runs) {
    for (const method of new Set(efficiency.map((point) => point.method))) {
      const points = efficiency.filter((point) => point.method === method).toSorted((a, b) => a.historyLength - b.historyLength);
      const [lengths, values] = [points.map((point) => point.historyLength), points.map((point) => point[cost])];
      const key = JSON.stringify([method, lengths, values]);
      const equal = lines.get(key);
      if (equal) equal.runIds.push(id);
      else lines.set(key, { id: `${id}/${method}`, runIds: [id], method, lengths, values });
    }
  }
  return [...lines.values()];
}

/** What is looked at first, where runs have it. */
const PREFERRED = ['recall@10', 'recall@5', 'accuracy', 'rougeL', 'recall@1', 'testLoss'];

/** Names of all metrics that a run has, the one to begin with first. */
export function metricNames(runs: readonly Pick<RunDetail, 'metrics'>[]): string[] {
  const all = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))];
  const rank = (name: string) => (PREFERRED.includes(name) ? PREFERRED.indexOf(name) : PREFERRED.length);
  return all.toSorted((a, b) => rank(a) - rank(b));
}
