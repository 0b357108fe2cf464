import type { Gate, RunDetail, RunStatus, RunSummary, Stage } from '../../src-shared/run.ts';

/** A row of `runs` as SQLite has it; the JSON columns are still text. */
export interface RunRow {
  id: string;
  name: string;
  status: RunStatus;
  reason: string | null;
  datasetName: string;
  datasetFingerprint: string;
  task: string;
  config: string;
  source: string;
  environment: string;
  createdAtMs: number;
  startedAtMs: number | null;
  finishedAtMs: number | null;
  metrics: string;
  parameters: string | null;
  efficiency: string;
  gates: string;
  samples: string;
}
export type RunSummaryRow = Omit<
  RunRow,
  'datasetFingerprint' | 'config' | 'source' | 'environment' | 'metrics' | 'parameters' | 'efficiency' | 'gates' | 'samples'
> & { metricCount: number };

export const SUMMARY_COLUMNS = `id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs,
  (SELECT count(*) FROM json_each(runs.metrics)) AS metricCount`;

export function toSummary(row: RunSummaryRow, stages: Stage[]): RunSummary {
  const { id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs, metricCount } = row;
  return { id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs, stages, metricCount };
}

export function toDetail(row: RunRow, stages: Stage[], more: Pick<RunDetail, 'checkpoints' | 'resumedAt'>): RunDetail {
  const metrics = JSON.parse(row.metrics) as RunDetail['metrics'];
  return {
    ...toSummary({ ...row, metricCount: Object.keys(metrics).length }, stages),
    metrics,
    config: JSON.parse(row.config) as RunDetail['config'],
    source: row.source,
    datasetFingerprint: row.datasetFingerprint,
    environment: JSON.parse(row.environment) as RunDetail['environment'],
    parameters: row.parameters === null ? null : (JSON.parse(row.parameters) as RunDetail['parameters']),
    efficiency: JSON.parse(row.efficiency) as RunDetail['efficiency'],
    gates: JSON.parse(row.gates) as Gate[],
    samples: JSON.parse(row.samples) as RunDetail['samples'],
    ...more,
  };
}

/** What a run was made from. */
export type RunDescription = Pick<RunDetail, 'id' | 'status' | 'datasetName' | 'datasetFingerprint' | 'config' | 'environment'>;
export type RunDescriptionRow = Pick<RunRow, keyof RunDescription>;

export function toDescription(row: RunDescriptionRow): RunDescription {
  return {
    ...row,
    config: JSON.parse(row.config) as RunDetail['config'],
    environment: JSON.parse(row.environment) as RunDetail['environment'],
  };
}
