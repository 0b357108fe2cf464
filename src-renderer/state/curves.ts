import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Curve, MetricPoint, StageName } from '../../src-shared/run.ts';
import { call, messageOf, onBackendEvent, onBackendReset } from './backend.ts';
import { thin } from './thinning.ts';

export interface LiveCurve {
  runId: string;
  stage: StageName;
  name: string;
  steps: number[];
  values: number[];
  /** How often points were left out for good, here or by the store: 0 while every point is here. */
  thinned: number;
}

/** The order of the stages: a rewind of one voids the later ones too. */
const STAGE_ORDER = ['pretrain-encoder', 'pretrain-language-model', 'finetune', 'evaluate'];
const READ_POINTS = 2000;
const KEEP_POINTS = 6000;

/**
 * The curves of one run: read once, then kept up to date from events alone. A rewind drops the points that the resumed
 * run repeats. Snapshots are immutable and change at most once per animation frame.
 */
export class RunCurves {
  private readonly runId: string;
  private readonly curves = new Map<string, LiveCurve>();
  private early: MetricPoint[] | null = [];
  private readonly listeners = new Set<() => void>();
  private frame = 0;
  private generation = 0;
  snapshot: readonly LiveCurve[] = [];
  loaded = false;
  error: string | null = null;

  constructor(runId: string) {
    this.runId = runId;
  }

  async load(): Promise<void> {
    this.generation += 1;
    const mine = this.generation;
    this.early = [];
    try {
      const read = await call('runs.curves', { runIds: [this.runId], maxPoints: READ_POINTS });
      if (mine === this.generation) this.replace(read);
    } catch (error) {
      this.error = messageOf(error);
      this.changed();
    }
  }

  /** Takes what was read; events that arrived meanwhile are added on top. */
  replace(read: Curve[]): void {
    this.curves.clear();
    for (const { runId, stage, name, steps, values, total } of read) {
      this.curves.set(`${stage}/${name}`, { runId, stage, name, steps, values, thinned: total > steps.length ? 1 : 0 });
    }
    const early = this.early ?? [];
    this.early = null;
    this.loaded = true;
    this.error = null;
    this.append(early);
    this.changed();
  }

  append(points: MetricPoint[]): void {
    if (this.early) {
      this.early.push(...points);
      return;
    }
    for (const point of points) this.add(point);
    this.changed();
  }

  /** Drops the points of `stage` past `step`, and every later stage. */
  rewind(stage: string, step: number): void {
    const order = STAGE_ORDER.indexOf(stage);
    const isVoid = (p: { stage: string; step: number }) => STAGE_ORDER.indexOf(p.stage) > order || (p.stage === stage && p.step > step);
    if (this.early) this.early = this.early.filter((point) => !isVoid(point));
    for (const [key, curve] of this.curves) {
      const kept = curve.steps.findIndex((s) => isVoid({ stage: curve.stage, step: s }));
      if (kept === 0) this.curves.delete(key);
      else if (kept > 0) this.curves.set(key, cutAt(curve, kept));
    }
    this.changed();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private add(point: MetricPoint): void {
    const key = `${point.stage}/${point.name}`;
    let curve = this.curves.get(key);
    if (!curve) {
      curve = { runId: this.runId, stage: point.stage, name: point.name, steps: [], values: [], thinned: 0 };
    } else if (curve.steps.length >= KEEP_POINTS) {
      curve = { ...curve, ...thin(curve.steps, curve.values, READ_POINTS), thinned: curve.thinned + 1 };
    }
    this.curves.set(key, curve);
    const last = curve.steps.at(-1);
    if (last === undefined || point.step > last) {
      curve.steps.push(point.step);
      curve.values.push(point.value);
    } else {
      const at = curve.steps.indexOf(point.step);
      if (at >= 0) curve.values[at] = point.value;
    }
  }

  private changed(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.snapshot = [...this.curves.values()].map((curve) => ({ ...curve }));
      for (const listener of this.listeners) listener();
    });
  }
}

/** What the store was asked about a thinned curve before is no longer true of it. */
function cutAt(curve: LiveCurve, kept: number): LiveCurve {
  const thinned = curve.thinned > 0 ? curve.thinned + 1 : 0;
  return { ...curve, steps: curve.steps.slice(0, kept), values: curve.values.slice(0, kept), thinned };
}

interface Entry {
  curves: RunCurves;
  users: number;
}
const entries = new Map<string, Entry>();
let following = false;

function followEvents(): void {
  if (following) return;
  following = true;
  onBackendEvent('run.metrics', ({ runId, points }) => entries.get(runId)?.curves.append(points));
  onBackendEvent('run.rewound', ({ runId, stage, step }) => entries.get(runId)?.curves.rewind(stage, step));
  onBackendReset(() => {
    for (const entry of entries.values()) void entry.curves.load();
  });
}

function acquire(runId: string): RunCurves {
  followEvents();
  let entry = entries.get(runId);
  if (!entry) {
    entry = { curves: new RunCurves(runId), users: 0 };
    entries.set(runId, entry);
    void entry.curves.load();
  }
  entry.users += 1;
  return entry.curves;
}

function release(runId: string): void {
  const entry = entries.get(runId);
  if (!entry) return;
  entry.users -= 1;
  if (entry.users === 0) entries.delete(runId);
}

const NONE: readonly LiveCurve[] = [];

export interface CurvesState {
  curves: readonly LiveCurve[];
  /** All have been read. */
  loaded: boolean;
  error: string | null;
}

/** The live curves of several runs; changes by reference whenever any of them does. */
export function useCurves(runIds: readonly string[]): CurvesState {
  const key = runIds.join('\n');
  const source = useMemo(() => joinedSource(key === '' ? [] : key.split('\n')), [key]);
  useEffect(() => source.hold(), [source]);
  return useSyncExternalStore(source.subscribe, source.read);
}

function joinedSource(ids: string[]) {
  let held: RunCurves[] = [];
  let cached: CurvesState = { curves: NONE, loaded: ids.length === 0, error: null };
  const listeners = new Set<() => void>();
  const collect = () => {
    cached = {
      curves: held.flatMap((curves) => curves.snapshot),
      loaded: held.every((curves) => curves.loaded),
      error: held.find((curves) => curves.error)?.error ?? null,
    };
    for (const listener of listeners) listener();
  };
  return {
    read: () => cached,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hold: () => {
      held = ids.map(acquire);
      const stops = held.map((curves) => curves.subscribe(collect));
      collect();
      return () => {
        for (const stop of stops) stop();
        for (const id of ids) release(id);
      };
    },
  };
}
