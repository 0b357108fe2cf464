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
  'datasetFingerprint' | 'config' | 'source' | 'environment' | 'parameters' | 'efficiency' | 'gates' | 'samples'
>;

export const SUMMARY_COLUMNS = 'id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs, metrics';

export function toSummary(row: RunSummaryRow, stages: Stage[]): RunSummary {
  const { id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs } = row;
  const metrics = JSON.parse(row.metrics) as RunSummary['metrics'];
  return { id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs, stages, metrics };
}

export function toDetail(row: RunRow, stages: Stage[], more: Pick<RunDetail, 'checkpoints' | 'resumedAt'>): RunDetail {
  return {
    ...toSummary(row, stages),
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
