import { useMemo } from 'react';
import type { RunSummary } from '../../src-shared/run.ts';
import { runs } from './stores.ts';

/** Whether a run has a model to write with. */
export function isTrained(run: Pick<RunSummary, 'stages'>): boolean {
  return run.stages.some(({ name, status }) => name === 'finetune' && status === 'done');
}

/** Runs that have a model to write with, newest first. */
export function useTrainedRuns(): RunSummary[] {
  const all = runs.use((state) => state.value);
  return useMemo(() => all.filter(isTrained), [all]);
}
