import type { RunStatus, RunSummary } from '../../../src-shared/run.ts';
import { runs } from '../../state/stores.ts';
import { runCommand } from '../../workbench/commands.ts';
import { useEditors } from '../../workbench/editors.ts';
import { runJob } from '../../workbench/jobs.ts';
import { notify, type Severity, showProgress, withdraw } from '../../workbench/notifications.ts';
import { openRun } from './runActions.ts';

const ENDINGS: Partial<Record<RunStatus, { severity: Severity; text: string }>> = {
  completed: { severity: 'info', text: 'is completed.' },
  interrupted: { severity: 'warning', text: 'was interrupted; it can be resumed.' },
  failed: { severity: 'error', text: 'has failed.' },
};

/** Notifications of runs: how far those are that compute, with a way to stop them, and how they ended. */
export function followRuns(): void {
  const runningIds = (list: RunSummary[]) => new Set(list.filter(({ status }) => status === 'running').map(({ id }) => id));
  let running = runningIds(runs.use.getState().value);
  runs.use.subscribe(({ value }) => {
    const now = runningIds(value);
    for (const run of value) {
      if (now.has(run.id)) showRun(run);
      else if (running.has(run.id)) announceEnd(run);
    }
    for (const id of running) if (!value.some((run) => run.id === id)) withdraw(`run:${id}`);
    running = now;
  });
}

function showRun(run: RunSummary): void {
  const { key, title, share, note } = runJob(run, Date.now());
  const actions = [
    { label: 'Stop and save', run: () => runCommand('runs.stop', { runIds: [run.id] }) },
    { label: 'Open', run: () => openRun(run.id) },
  ];
  showProgress({ key, message: title, share, note, actions });
}

/** Unless the person looks on, or has ended it. */
function announceEnd(run: RunSummary): void {
  const key = `run:${run.id}`;
  const ending = ENDINGS[run.status];
  const isWatched = useEditors.getState().active?.params.runId === run.id;
  if (!ending || isWatched) {
    withdraw(key);
    return;
  }
  const message = [`${run.name} ${ending.text}`, run.status === 'failed' ? run.reason : null].filter(Boolean).join(' ');
  notify({ key, severity: ending.severity, message, actions: [{ label: 'Open', run: () => openRun(run.id) }] });
}
