import type { BackendEvent } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { Curve, MetricPoint, RunDetail, RunStatus, RunSummary, StageName } from '../../src-shared/run.ts';
import { allPoints, makeConfig, makeEfficiency, makeMetrics, makeSamples, makeStages, NOW_MS, PARAMETERS, pointsAt } from './fakeData.ts';

type LogLine = { atMs: number; level: 'info' | 'warning' | 'error'; text: string };

interface FakeRun {
  detail: RunDetail;
  points: MetricPoint[];
  log: LogLine[];
  seed: number;
}

const TICK_MS = 100;
export const STEPS_PER_TICK = 4;
const MINUTE_MS = 60_000;

export const summaryOf = (detail: RunDetail): RunSummary => {
  const { id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs, stages, metricCount } = detail;
  return { id, name, status, reason, datasetName, task, createdAtMs, startedAtMs, finishedAtMs, stages, metricCount };
};

/** Runs that live in memory; those that are running advance by themselves and say so. */
export class FakeRuns {
  readonly byId = new Map<string, FakeRun>();
  private readonly emit: (event: BackendEvent) => void;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(emit: (event: BackendEvent) => void) {
    this.emit = emit;
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** From now on runs advance only by `tick`. */
  pause(): void {
    clearInterval(this.timer);
  }

  get(id: string): FakeRun {
    const run = this.byId.get(id);
    if (!run) throw new AppError('run-not-found', `runs: expected the id of a run, got "${id}"`);
    return run;
  }

  add(input: {
    id: string;
    name: string;
    status: RunStatus;
    config: Experiment;
    source: string;
    minutesAgo: number;
    stages: RunDetail['stages'];
    quality?: number;
    reason?: string;
  }): FakeRun {
    const { id, name, status, config, source, stages, quality, reason = null } = input;
    const createdAtMs = NOW_MS - input.minutesAgo * MINUTE_MS;
    const seed = this.byId.size + 1;
    const evaluated = status === 'completed';
    const gates = config.integration.kind === 'cross-attention' && config.integration.gated;
    const detail: RunDetail = {
      id,
      name,
      status,
      reason,
      datasetName: config.dataset,
      task: config.task,
      createdAtMs,
      startedAtMs: status === 'queued' ? null : createdAtMs + 2000,
      finishedAtMs: status === 'running' || status === 'queued' ? null : createdAtMs + 96_000,
      stages,
      metricCount: evaluated ? Object.keys(makeMetrics(quality ?? 1)).length : 0,
      metrics: evaluated ? makeMetrics(quality ?? 1) : {},
      config,
      source,
      datasetFingerprint: '4f6b0c1d9a2e7385b1c4d6e8f0a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d1e3f5a7',
      environment: {
        'App version': '0.1.0',
        Engine: 'onnx, cpu',
        Processor: '2 cores',
        Node: '24.21.0',
        'ONNX Runtime': '1.30.0',
        System: 'linux x64',
      },
      parameters: status === 'queued' ? null : PARAMETERS,
      efficiency: evaluated ? makeEfficiency() : [],
      gates: evaluated && gates ? [0, 1, 2].map((layer) => ({ layer, value: [0.095, -0.155, 0.402][layer]! * (0.8 + seed * 0.1) })) : [],
      samples: evaluated ? makeSamples(seed) : [],
      checkpoints: [],
      resumedAt: [],
    };
    const run: FakeRun = { detail, points: allPoints(detail, seed, gates), log: [], seed };
    run.detail.checkpoints = stages
      .filter((stage) => stage.stepsDone > 0 && stage.name !== 'evaluate')
      .map((stage, i) => ({
        stage: stage.name,
        step: stage.stepsDone,
        sizeBytes: 5_650_000 + i * 1000,
        createdAtMs: createdAtMs + i * 30_000,
      }));
    run.log.push({ atMs: createdAtMs, level: 'info', text: `run ${id}: ${config.dataset}, seed ${config.seed}` });
    this.byId.set(id, run);
    return run;
  }

  start(name: string, config: Experiment, source: string): RunSummary {
    const run = this.add({
      id: `run-${this.byId.size + 1}-new`,
      name,
      status: 'running',
      config,
      source,
      minutesAgo: 0,
      stages: makeStages(0, 0.01),
    });
    run.detail.createdAtMs = Math.max(...[...this.byId.values()].map((each) => each.detail.createdAtMs)) + 1;
    this.changed(run);
    return summaryOf(run.detail);
  }

  halt(id: string, save = true): void {
    const run = this.get(id);
    this.setStatus(run, 'stopped', save ? null : 'stopped without saving; resumed, it goes on after step 100 of finetune');
    if (save) this.log(run, 'info', 'stopped: a checkpoint was saved');
  }

  /** Goes on from the last multiple of 50 steps: later points are void and come again. */
  resume(id: string): RunSummary {
    const run = this.get(id);
    const stage = run.detail.stages.find((each) => each.status === 'running');
    if (!stage) throw new AppError('run-not-resumable', `runs: "${run.detail.name}" has nothing left to do`);
    const step = Math.floor(stage.stepsDone / 50) * 50;
    run.points = run.points.filter((point) => point.stage !== stage.name || point.step <= step);
    run.detail.resumedAt = [...run.detail.resumedAt, { stage: stage.name, step, atMs: Date.now() }];
    run.detail.stages = run.detail.stages.map((each) => (each === stage ? { ...each, stepsDone: step } : each));
    this.emit({ name: 'run.rewound', payload: { runId: id, stage: stage.name, step } });
    this.log(run, 'info', `resumed ${stage.name} at step ${step}`);
    this.setStatus(run, 'running');
    return summaryOf(run.detail);
  }

  curves(ids: string[], names: string[] | undefined): Curve[] {
    return ids.flatMap((id) => {
      const byName = new Map<string, Curve>();
      for (const { stage, step, name, value } of this.get(id).points) {
        if (names && !names.includes(name)) continue;
        const key = `${stage}/${name}`;
        if (!byName.has(key)) byName.set(key, { runId: id, stage, name, steps: [], values: [], total: 0 });
        const curve = byName.get(key)!;
        curve.steps.push(step);
        curve.values.push(value);
        curve.total += 1;
      }
      return [...byName.values()];
    });
  }

  /** One moment passes: every running run does a few steps. */
  tick(times = 1): void {
    for (let time = 0; time < times; time++) this.advanceAll();
  }

  private advanceAll(): void {
    for (const run of this.byId.values()) if (run.detail.status === 'running') this.advance(run);
  }

  private advance(run: FakeRun): void {
    const index = run.detail.stages.findIndex((stage) => stage.status === 'running');
    const stage = run.detail.stages[index];
    if (!stage) {
      this.setStatus(run, 'completed');
      return;
    }
    const gated = run.detail.gates.length > 0 || (run.detail.config as Experiment).integration.gated;
    const stepsDone = Math.min(stage.steps, stage.stepsDone + STEPS_PER_TICK * (stage.name === 'evaluate' ? 10 : 1));
    const points = Array.from({ length: stepsDone - stage.stepsDone }, (_, i) =>
      pointsAt(stage.name as StageName, stage.stepsDone + i + 1, run.seed, gated),
    ).flat();
    run.points.push(...points);
    if (points.length > 0) this.emit({ name: 'run.metrics', payload: { runId: run.detail.id, points } });
    run.detail.stages = run.detail.stages.with(index, { ...stage, stepsDone, seconds: stage.seconds + TICK_MS / 1000 });
    if (stepsDone >= stage.steps) this.finishStage(run, index);
    this.changed(run);
  }

  private finishStage(run: FakeRun, index: number): void {
    const { stages } = run.detail;
    const done = { ...stages[index]!, status: 'done' as const, finalLoss: run.points.at(-1)?.value ?? null };
    run.detail.stages = stages.with(index, done);
    const next = stages[index + 1];
    this.log(run, 'info', `${done.name}: ${done.steps} steps`);
    if (next) run.detail.stages = run.detail.stages.with(index + 1, { ...next, status: 'running' });
    else this.finish(run);
  }

  private finish(run: FakeRun): void {
    const { integration } = run.detail.config as Experiment;
    run.detail.metrics = makeMetrics(1 + run.seed / 50);
    run.detail.metricCount = Object.keys(run.detail.metrics).length;
    run.detail.samples = makeSamples(run.seed);
    run.detail.efficiency = makeEfficiency();
    if (integration.kind === 'cross-attention' && integration.gated)
      run.detail.gates = [0, 1, 2].map((layer) => ({ layer, value: 0.1 + layer * 0.12 }));
    this.setStatus(run, 'completed');
  }

  private setStatus(run: FakeRun, status: RunStatus, reason: string | null = null): void {
    run.detail.status = status;
    run.detail.reason = reason;
    run.detail.finishedAtMs = status === 'running' ? null : Date.now();
    this.changed(run);
  }

  private log(run: FakeRun, level: LogLine['level'], text: string): void {
    const line = { atMs: Date.now(), level, text };
    run.log.push(line);
    this.emit({ name: 'run.log', payload: { runId: run.detail.id, ...line } });
  }

  private changed(run: FakeRun): void {
    this.emit({ name: 'run.changed', payload: summaryOf(run.detail) });
  }
}

/** Runs in every state a person may meet, some of them hard to reach live. */
export function addUsualRuns(runs: FakeRuns): void {
  const source = '{\n  // As written by hand\n  "dataset": "ml-latest-small",\n  "name": "gated"\n}\n';
  const add = (input: Partial<Parameters<FakeRuns['add']>[0]> & { id: string; name: string }, config: Record<string, unknown> = {}) =>
    runs.add({
      status: 'completed',
      source,
      minutesAgo: 60,
      stages: makeStages(4),
      config: makeConfig({ name: input.name, ...config }),
      ...input,
    });
  add({ id: 'run-gated', name: 'gated', minutesAgo: 300, quality: 1.32 }, { integration: { gated: true } });
  add(
    { id: 'run-ungated', name: 'ungated', minutesAgo: 280, quality: 1.24, stages: makeStages(4, 0, { reused: true }) },
    { integration: { gated: false } },
  );
  add(
    { id: 'run-text-prompt', name: 'text prompt, 20 events', minutesAgo: 240, quality: 1.02 },
    { integration: { kind: 'text-prompt' }, history: { prompted: 20 } },
  );
  add({ id: 'run-enc', name: 'encoder only', minutesAgo: 200, quality: 1.11 }, { strategy: 'enc', seed: 2 });
  add({ id: 'run-none', name: 'no user at all', minutesAgo: 180, quality: 0.71 }, { integration: { kind: 'none' } });
  add({
    id: 'run-long',
    name: 'gated-6-layers-dModel-256-history-200-learning-rate-3e-4-warmup-0.2-seed-17-second-attempt-after-the-crash',
    minutesAgo: 150,
    status: 'interrupted',
    stages: makeStages(2, 0.47),
    reason: 'the job was killed (SIGKILL): probably out of memory. Resume continues from step 100 of finetune.',
  });
  add({
    id: 'run-failed',
    name: 'too wide',
    minutesAgo: 120,
    status: 'failed',
    stages: makeStages(0, 0.02),
    reason:
      'engine: expected at most 2 GiB for the step of pretrain-encoder, got 3.4 GiB; lower encoder.dModel or encoder.pretraining.batchSize',
  });
  add({ id: 'run-queued', name: 'waiting for its turn', minutesAgo: 3, status: 'queued', stages: makeStages(0) });
  const long = runs.get('run-long');
  for (let i = 0; i < 3000; i++)
    long.log.push({
      atMs: NOW_MS - 9e6 + i * 400,
      level: i % 211 === 0 ? 'warning' : 'info',
      text:
        i % 211 === 0
          ? `step ${i}: gradient norm ${(3 + (i % 7)).toFixed(2)} was clipped to 1`
          : `step ${i}: loss ${(5 - i / 900).toFixed(4)}`,
    });
}
