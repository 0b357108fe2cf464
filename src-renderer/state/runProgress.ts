import { useEffect, useReducer } from 'react';
import type { RunSummary, Stage, StageName } from '../../src-shared/run.ts';

export const STAGE_LABELS: Record<StageName, string> = {
  'pretrain-encoder': 'Pretrain encoder',
  'pretrain-language-model': 'Pretrain language model',
  finetune: 'Fine-tune',
  evaluate: 'Evaluate',
};

/** Share of a stage that is done, 0 to 1. */
export function stageShare(stage: Stage): number {
  if (stage.status === 'done' || stage.status === 'reused') return 1;
  return stage.steps > 0 ? Math.min(1, stage.stepsDone / stage.steps) : 0;
}

/** Share of all steps of a run that is done, 0 to 1; reused stages cost nothing and do not count. */
export function runShare(run: RunSummary): number {
  const stages = run.stages.filter((stage) => stage.status !== 'reused');
  const steps = stages.reduce((sum, stage) => sum + stage.steps, 0);
  if (steps === 0) return run.status === 'completed' ? 1 : 0;
  return stages.reduce((sum, stage) => sum + stageShare(stage) * stage.steps, 0) / steps;
}

export const activeStage = (run: RunSummary): Stage | undefined => run.stages.find((stage) => stage.status === 'running');

interface Mark {
  stage: string;
  step: number;
  atMs: number;
}
/** Where each run's current stage was first seen running since it last started: the base of the rate. */
const marks = new Map<string, Mark>();
const MIN_ELAPSED_MS = 1500;

/**
 * Seconds until the current stage ends, from the rate since this page first saw it running - so a resumed run is judged
 * by its resumed rate only. Null while nothing can be said.
 */
export function remainingSeconds(run: RunSummary, nowMs: number): number | null {
  const stage = run.status === 'running' ? activeStage(run) : undefined;
  if (!stage) {
    marks.delete(run.id);
    return null;
  }
  const mark = marks.get(run.id);
  if (!mark || mark.stage !== stage.name || stage.stepsDone < mark.step) {
    marks.set(run.id, { stage: stage.name, step: stage.stepsDone, atMs: nowMs });
    return null;
  }
  const steps = stage.stepsDone - mark.step;
  const elapsedMs = nowMs - mark.atMs;
  if (steps <= 0 || elapsedMs < MIN_ELAPSED_MS) return null;
  return ((stage.steps - stage.stepsDone) * elapsedMs) / steps / 1000;
}

/** Renders again every second while `active`, for clocks and estimates; returns the present time. */
export function useNow(active: boolean): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [active]);
  return Date.now();
}
