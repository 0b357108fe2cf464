import type { Experiment } from '../../src-shared/experiment.ts';
import type { MetricPoint, RunDetail, Stage, StageName } from '../../src-shared/run.ts';
import type { Split } from '../data/windows.ts';
import type { Engine } from '../engine/engine.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import type { LogLevel } from '../store/runStore.ts';
import type { Workspace } from '../store/workspace.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { Emit } from './jobMessages.ts';
import type { BaseLanguageModel } from './languageModels.ts';

/** What every stage of one run works with. */
export interface RunContext {
  readonly workspace: Workspace;
  readonly run: RunDetail;
  readonly experiment: Experiment;
  readonly engine: Engine;
  readonly reader: DatasetReader;
  readonly languageModel: BaseLanguageModel;
  readonly tokenizer: Tokenizer;
  /** Every example. */
  readonly split: Split;
  /** Those of them that the task can ask about. */
  readonly taskSplit: Split;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly metrics: MetricWriter;
}

export interface MetricWriter {
  append(stage: StageName, step: number, values: Readonly<Record<string, number>>): void;
  /** Stores everything appended so far. Always called before a checkpoint is recorded, so that no point before it can be missing. */
  flush(): void;
}

/** Time between two writes of metrics to the store. */
const FLUSH_EVERY_MS = 300;

/** Collects metric points and writes them a few times a second, in one transaction each. */
export function createMetricWriter(workspace: Workspace, runId: string, emit: Emit): MetricWriter {
  let points: MetricPoint[] = [];
  let flushedAtMs = performance.now();
  const flush = (): void => {
    flushedAtMs = performance.now();
    if (points.length === 0) return;
    const written = points;
    points = [];
    const last = written.at(-1)!;
    workspace.runs.appendMetrics(runId, written);
    workspace.runs.setStage(runId, { name: last.stage, stepsDone: last.step });
    emit({ type: 'metrics', points: written });
    emit({ type: 'changed' });
  };
  return {
    append: (stage, step, values) => {
      for (const [name, value] of Object.entries(values)) points.push({ stage, step, name, value });
      if (performance.now() - flushedAtMs > FLUSH_EVERY_MS) flush();
    },
    flush,
  };
}

export function writeLog(
  { workspace, run, emit }: Pick<RunContext, 'workspace' | 'run' | 'emit'>,
  text: string,
  level: LogLevel = 'info',
): void {
  const atMs = Date.now();
  workspace.runs.appendLog(run.id, atMs, level, text);
  emit({ type: 'log', atMs, level, text });
}

export function updateStage({ workspace, run, emit }: RunContext, stage: Partial<Stage> & { name: StageName }): void {
  workspace.runs.setStage(run.id, stage);
  emit({ type: 'changed' });
}

/** The stage as it was when this process took the run up. */
export function stageOf({ run }: RunContext, name: StageName): Stage {
  const stage = run.stages.find((candidate) => candidate.name === name);
  if (!stage) throw new Error(`run ${run.id}: expected a stage "${name}", got ${run.stages.map((known) => known.name).join(', ')}`);
  return stage;
}
