import { experimentSchema } from '../../src-shared/experiment.ts';
import type { MetricPoint, MetricValue } from '../../src-shared/run.ts';
import { initialStages } from '../experiment/stages.ts';
import { transact } from '../store/database.ts';
import type { Workspace } from '../store/workspace.ts';

/** Curves of the runs with many points; five of 200,000 steps are a million. */
const CURVES = ['loss', 'learningRate', 'gradientNorm', 'tokensPerSecond', 'gate.0'] as const;
const METRICS = 60;

export const POINTS_RUNS = ['a million points', 'another million points'] as const;

/** Fills a workspace with runs as they are after months of work: completed ones with all their metrics, and two with a million points each. */
export function fillWorkspace(workspace: Workspace, counts: { runs: number; points: number }): void {
  const { database, runs } = workspace;
  transact(database, () => {
    for (let at = 0; at < counts.runs; at++)
      addRun(workspace, `run-${String(at).padStart(5, '0')}`, `seed ${at}, width ${64 << (at % 3)}`, at);
    for (const [at, name] of POINTS_RUNS.entries()) {
      const id = `points-${at}`;
      addRun(workspace, id, name, at);
      runs.appendMetrics(id, pointsOf(Math.round(counts.points / CURVES.length), at));
    }
  });
}

function addRun({ runs }: Workspace, id: string, name: string, seed: number): void {
  const config = experimentSchema.parse({ dataset: 'sample', name, seed, encoder: { dModel: 64 << (seed % 3) } });
  const stages = initialStages(config, 1000).map((stage) => ({ ...stage, status: 'done' as const, stepsDone: stage.steps, seconds: 60 }));
  runs.create({ id, name, config, source: '{}', datasetName: 'sample', datasetFingerprint: 'made up', environment: {}, stages });
  runs.setResult(id, { metrics: metricsOf(seed) });
  runs.setStatus(id, 'completed');
}

function metricsOf(seed: number): Record<string, MetricValue> {
  const values = Array.from({ length: METRICS }, (_, at): [string, MetricValue] => {
    const value = 0.1 + ((seed * 31 + at * 7) % 100) / 1000;
    return [at === 0 ? 'recall@10' : `measured.${at}`, { value, n: 1000, low: value - 0.01, high: value + 0.01 }];
  });
  return Object.fromEntries(values);
}

function pointsOf(steps: number, seed: number): MetricPoint[] {
  return Array.from({ length: steps }, (_, at) =>
    CURVES.map(
      (name): MetricPoint => ({ stage: 'finetune', step: at + 1, name, value: 2 + Math.sin(at / 5000 + seed) + ((at * 7919) % 101) / 500 }),
    ),
  ).flat();
}
