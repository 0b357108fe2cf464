import type { ExportProgress, ImportProgress } from '../../src-shared/dataset.ts';
import type { RunSummary } from '../../src-shared/run.ts';
import { activeStage, remainingSeconds, runShare, STAGE_LABELS } from '../state/runProgress.ts';
import { countOf, formatCount, formatDuration } from '../widgets/format.ts';
import type { JobProgress } from './notifications.ts';

/** A long job in words, the same wherever it is shown. */
export interface Job extends JobProgress {
  /** Of its notification. */
  key: string;
  title: string;
}

const IMPORT_PHASES: Partial<Record<ImportProgress['phase'], string>> = {
  reading: 'Reading the rows',
  sorting: 'Sorting by user and time',
  packing: 'Packing the timelines',
  saving: 'Saving',
};

const EXPORT_PHASES: Partial<Record<ExportProgress['phase'], string>> = { writing: 'Writing the events', packing: 'Packing the file' };

const timeLeft = (seconds: number | null): string => (seconds === null ? '' : `, ${formatDuration(seconds)} left`);

export function importJob({ importId, name, phase, rows, totalRows, remainingSeconds: left }: ImportProgress): Job {
  return {
    key: `import:${importId}`,
    title: `Import ${name}`,
    share: totalRows ? Math.min(1, rows / totalRows) : null,
    note: `${IMPORT_PHASES[phase] ?? phase}, ${countOf(rows, 'row')}${timeLeft(left)}`,
  };
}

export function exportJob({ exportId, name, phase, events, totalEvents }: ExportProgress): Job {
  return {
    key: `export:${exportId}`,
    title: `Export ${name}`,
    share: totalEvents > 0 ? events / totalEvents : null,
    note: `${EXPORT_PHASES[phase] ?? phase}, ${countOf(events, 'event')}`,
  };
}

/** @param nowMs for the remaining time, which comes from the rate so far */
export function runJob(run: RunSummary, nowMs: number): Job {
  const stage = activeStage(run);
  const steps = stage && `${STAGE_LABELS[stage.name]}, ${formatCount(stage.stepsDone)} of ${formatCount(stage.steps)}`;
  return {
    key: `run:${run.id}`,
    title: run.name,
    share: runShare(run),
    note: steps ? `${steps}${timeLeft(remainingSeconds(run, nowMs))}` : run.status,
  };
}
