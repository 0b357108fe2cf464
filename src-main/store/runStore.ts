import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { Curve, MetricPoint, RunDetail, RunStatus, RunSummary, Stage, StageName } from '../../src-shared/run.ts';
import { type Checkpoint, CheckpointStore } from './checkpointStore.ts';
import { type Database, transact } from './database.ts';
import { MetricStore } from './metricStore.ts';
import {
  type RunDescription,
  type RunDescriptionRow,
  type RunRow,
  type RunSummaryRow,
  SUMMARY_COLUMNS,
  toDescription,
  toDetail,
  toSummary,
} from './runRows.ts';
import { UserValueStore, type UserValues } from './userValueStore.ts';

export interface NewRun {
  id: string;
  name: string;
  /** The resolved experiment. */
  config: Experiment;
  /** The experiment file as the person wrote it. */
  source: string;
  datasetName: string;
  datasetFingerprint: string;
  environment: Record<string, string>;
  stages: Stage[];
}
export type LogLevel = 'info' | 'warning' | 'error';
export interface LogLine {
  atMs: number;
  level: LogLevel;
  text: string;
}
export type RunResult = Partial<Pick<RunDetail, 'metrics' | 'parameters' | 'efficiency' | 'gates' | 'samples'>>;

/** Runs: their state, curves, logs, results and checkpoints. Ids that no run has throw AppError `run-not-found`. */
export class RunStore {
  private readonly database: Database;
  private readonly blobsPath: string;
  private readonly metrics: MetricStore;
  private readonly checkpoints: CheckpointStore;
  private readonly perUser: UserValueStore;

  constructor(database: Database, blobsPath: string) {
    this.database = database;
    this.blobsPath = blobsPath;
    this.metrics = new MetricStore(database);
    this.checkpoints = new CheckpointStore(database, blobsPath);
    this.perUser = new UserValueStore(database);
  }

  /** Adds a run with status `queued`. */
  create(run: NewRun): void {
    const insertRun = this.database.prepare(
      `INSERT INTO runs (id, name, status, datasetName, datasetFingerprint, task, config, source, environment, createdAtMs)
       VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?)`,
    );
    const insertStage = this.database.prepare('INSERT INTO stages VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    const { id, name, config, source, datasetName, datasetFingerprint, environment } = run;
    transact(this.database, () => {
      insertRun.run(
        id,
        name,
        datasetName,
        datasetFingerprint,
        config.task,
        JSON.stringify(config),
        source,
        JSON.stringify(environment),
        Date.now(),
      );
      run.stages.forEach((s, position) => {
        insertStage.run(id, position, s.name, s.status, s.steps, s.stepsDone, s.seconds, s.finalLoss);
      });
    });
  }

  /** Newest first. */
  list(): RunSummary[] {
    const rows = this.database.prepare<[], RunSummaryRow>(`SELECT ${SUMMARY_COLUMNS} FROM runs ORDER BY createdAtMs DESC, id DESC`).all();
    const stages = this.stagesByRun();
    return rows.map((row) => toSummary(row, stages.get(row.id) ?? []));
  }

  /** What every run was made from, newest first: all that tells whether one answers an experiment, without its results. */
  descriptions(): RunDescription[] {
    const sql = 'SELECT id, status, datasetName, datasetFingerprint, config, environment FROM runs ORDER BY createdAtMs DESC, id DESC';
    return this.database.prepare<[], RunDescriptionRow>(sql).all().map(toDescription);
  }

  /** Ids of the runs whose fine-tuning is done and has left a checkpoint, newest first. */
  finetunedIds(): string[] {
    const sql = `SELECT id FROM runs
      WHERE EXISTS (SELECT 1 FROM checkpoints WHERE runId = runs.id AND stage = 'finetune')
        AND EXISTS (SELECT 1 FROM stages WHERE runId = runs.id AND name = 'finetune' AND status = 'done')
      ORDER BY createdAtMs DESC, id DESC`;
    return this.database.prepare<[], string>(sql).pluck().all();
  }

  summary(id: string): RunSummary {
    const row = this.database.prepare<[string], RunSummaryRow>(`SELECT ${SUMMARY_COLUMNS} FROM runs WHERE id = ?`).get(id);
    return toSummary(row ?? this.refuse(id), this.stagesOf(id));
  }

  get(id: string): RunDetail {
    const row = this.database.prepare<[string], RunRow>('SELECT * FROM runs WHERE id = ?').get(id) ?? this.refuse(id);
    const resumes = this.database.prepare<[string], RunDetail['resumedAt'][number]>(
      'SELECT stage, step, atMs FROM resumes WHERE runId = ? ORDER BY rowid',
    );
    return toDetail(row, this.stagesOf(id), { checkpoints: this.checkpoints.list(id), resumedAt: resumes.all(id) });
  }

  /** Deletes the run and its files; checkpoints that another run names as well stay. */
  delete(id: string): void {
    const paths = this.checkpoints.storedPaths(id);
    transact(this.database, () => this.changed(id, this.database.prepare('DELETE FROM runs WHERE id = ?').run(id).changes));
    this.checkpoints.removeUnused(paths);
    rmSync(this.folder(id), { recursive: true, force: true });
  }

  /** Where the run's own files go; deleted with the run. It need not exist. */
  folder(id: string): string {
    return join(this.blobsPath, 'runs', id);
  }

  /** The first `running` sets startedAtMs; a status that ends the run sets finishedAtMs and frees it from its process. */
  setStatus(id: string, status: RunStatus, reason: string | null = null): void {
    const active = status === 'queued' || status === 'running';
    const now = Date.now();
    const update = this.database.prepare(
      `UPDATE runs SET status = @status, reason = @reason, finishedAtMs = @finishedAtMs,
         startedAtMs = coalesce(startedAtMs, @startedAtMs), ownerPid = CASE WHEN @active THEN ownerPid END WHERE id = @id`,
    );
    const values = { id, status, reason, active: active ? 1 : 0, finishedAtMs: active ? null : now };
    transact(this.database, () => this.changed(id, update.run({ ...values, startedAtMs: status === 'running' ? now : null }).changes));
  }

  /** Notes which process runs it. */
  claim(id: string, pid: number): void {
    const update = this.database.prepare('UPDATE runs SET ownerPid = ? WHERE id = ?');
    transact(this.database, () => this.changed(id, update.run(pid, id).changes));
  }

  ownerPid(id: string): number | null {
    const pid = this.database.prepare<[string], number | null>('SELECT ownerPid FROM runs WHERE id = ?').pluck().get(id);
    return pid === undefined ? this.refuse(id) : pid;
  }

  /** Sets the given values of one stage and leaves its others. */
  setStage(id: string, stage: Partial<Stage> & { name: StageName }): void {
    transact(this.database, () => {
      const current = this.stagesOf(id).find((s) => s.name === stage.name);
      if (!current) throw new Error(`run ${id}: it has no stage "${stage.name}"`);
      const next = { ...current, ...stage };
      this.database
        .prepare('UPDATE stages SET status = ?, steps = ?, stepsDone = ?, seconds = ?, finalLoss = ? WHERE runId = ? AND name = ?')
        .run(next.status, next.steps, next.stepsDone, next.seconds, next.finalLoss, id, next.name);
    });
  }

  /** A point of the same stage, name and step is replaced. All are stored, or none. */
  appendMetrics(id: string, points: readonly MetricPoint[]): void {
    this.metrics.append(id, points);
  }

  /** A run continues after `step` of `stage`: later points go, for they will come again, and the resume is recorded. */
  rewind(id: string, stage: StageName, step: number): void {
    const names = this.stagesOf(id).map((s) => s.name);
    const later = names.slice(names.indexOf(stage) + 1);
    if (!names.includes(stage)) throw new Error(`run ${id}: it has no stage "${stage}"`);
    transact(this.database, () => {
      this.metrics.rewind(id, stage, step, later);
      this.database.prepare('INSERT INTO resumes VALUES (?, ?, ?, ?)').run(id, stage, step, Date.now());
    });
  }

  /** Down-sampled: at most `maxPoints` points a curve, the lowest and highest of each stretch of steps among them. */
  curves(ids: readonly string[], names: readonly string[] | undefined, maxPoints: number): Curve[] {
    return this.metrics.read(ids, names, maxPoints);
  }

  /** As `MetricStore.smoothed`. */
  smoothed(id: string, weight: number, curve: { stage: StageName; name: string; steps: readonly number[] }): Promise<(number | null)[]> {
    return this.metrics.smoothed({ runId: id, ...curve }, weight, curve.steps);
  }

  appendLog(id: string, atMs: number, level: LogLevel, text: string): void {
    const insert = this.database.prepare('INSERT INTO logs (runId, atMs, level, text) VALUES (?, ?, ?, ?)');
    transact(this.database, () => insert.run(id, atMs, level, text));
  }

  log(id: string): LogLine[] {
    return this.database.prepare<[string], LogLine>('SELECT atMs, level, text FROM logs WHERE runId = ? ORDER BY id').all(id);
  }

  /** Metrics are merged by name; whatever else is given replaces what was there. */
  setResult(id: string, result: RunResult): void {
    transact(this.database, () => {
      const read = this.database.prepare<[string], string>('SELECT metrics FROM runs WHERE id = ?').pluck();
      const metrics = { ...(JSON.parse(read.get(id) ?? this.refuse(id)) as RunDetail['metrics']), ...result.metrics };
      for (const [column, value] of Object.entries({ ...result, metrics })) {
        if (!RESULT_COLUMNS.has(column)) throw new Error(`run ${id}: a result has no "${column}"`);
        if (value !== undefined) this.database.prepare(`UPDATE runs SET ${column} = ? WHERE id = ?`).run(JSON.stringify(value), id);
      }
    });
  }

  /** Metrics by test user; they replace what the run had. */
  setUserValues(id: string, values: UserValues): void {
    this.perUser.set(id, values);
  }

  userValues(id: string): ReturnType<UserValueStore['get']> {
    return this.perUser.get(id);
  }

  addCheckpoint(id: string, checkpoint: { stage: StageName; step: number; path: string; sizeBytes: number }): void {
    this.checkpoints.add(id, checkpoint);
  }

  latestCheckpoint(id: string, stage: StageName): Checkpoint | null {
    return this.checkpoints.latest(id, stage);
  }

  pruneCheckpoints(id: string, stage: StageName, keep: number): void {
    this.checkpoints.prune(id, stage, keep);
  }

  /** One query for all runs: a workspace may hold ten thousand. */
  private stagesByRun(): Map<string, Stage[]> {
    const sql = 'SELECT runId, name, status, steps, stepsDone, seconds, finalLoss FROM stages ORDER BY runId, position';
    const byRun = new Map<string, Stage[]>();
    for (const { runId, ...stage } of this.database.prepare<[], Stage & { runId: string }>(sql).iterate()) {
      const known = byRun.get(runId);
      if (known) known.push(stage);
      else byRun.set(runId, [stage]);
    }
    return byRun;
  }

  private stagesOf(id: string): Stage[] {
    const sql = 'SELECT name, status, steps, stepsDone, seconds, finalLoss FROM stages WHERE runId = ? ORDER BY position';
    return this.database.prepare<[string], Stage>(sql).all(id);
  }

  private changed(id: string, changes: number): void {
    if (changes === 0) this.refuse(id);
  }

  private refuse(id: string): never {
    throw new AppError('run-not-found', `run "${id}": there is no such run in this workspace; list the runs to see their ids`);
  }
}

const RESULT_COLUMNS: ReadonlySet<string> = new Set(['metrics', 'parameters', 'efficiency', 'gates', 'samples']);
