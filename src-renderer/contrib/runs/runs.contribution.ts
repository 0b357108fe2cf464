import { lazy } from 'react';
import type { RunStatus, RunSummary } from '../../../src-shared/run.ts';
import { runById, runs } from '../../state/stores.ts';
import { useEditors } from '../../workbench/editors.ts';
import { notify } from '../../workbench/notifications.ts';
import { registry } from '../../workbench/registry.ts';
import { exportRunCommand } from './exportRun.ts';
import { JobsBadge } from './JobsBadge.tsx';
import { RunStep } from './RunStep.tsx';
import { RunsStatus } from './RunsStatus.tsx';
import { openRun, runCommands } from './runActions.ts';

const ENDINGS: Partial<Record<RunStatus, { severity: 'info' | 'warning' | 'error'; text: string }>> = {
  completed: { severity: 'info', text: 'is completed.' },
  interrupted: { severity: 'warning', text: 'was interrupted; it can be resumed.' },
  failed: { severity: 'error', text: 'has failed.' },
};

/** Says so when a run has ended by itself while the person looks at something else. */
export function announceRuns(): void {
  const statuses = (list: RunSummary[]) => new Map(list.map((run) => [run.id, run.status]));
  let before = statuses(runs.use.getState().value);
  runs.use.subscribe(({ value }) => {
    for (const run of value) {
      const ending = before.get(run.id) === 'running' ? ENDINGS[run.status] : undefined;
      const watched = useEditors.getState().active?.params.runId === run.id;
      if (!ending || watched) continue;
      notify({
        severity: ending.severity,
        message: `${run.name} ${ending.text}`,
        actions: [{ label: 'Open', run: () => openRun(run.id) }],
      });
    }
    before = statuses(value);
  });
}

/** Runs: their tree, editor, jobs and output. */
export function contributeRuns(): void {
  registry.command(...runCommands, exportRunCommand);
  registry.view({
    id: 'runs',
    label: 'Runs',
    icon: 'play-circle',
    order: 3,
    component: lazy(() => import('./RunsView.tsx')),
    actions: ['comparison.compare'],
  });
  registry.editor({
    type: 'run',
    icon: 'play-circle',
    component: lazy(() => import('./RunEditor.tsx')),
    key: (params) => String(params.runId),
    title: (params) => runById(String(params.runId))?.name ?? 'Run',
    target: (params) => ({ runIds: [String(params.runId)] }),
  });
  registry.panel({ id: 'jobs', label: 'Jobs', order: 1, component: lazy(() => import('./JobsPanel.tsx')), badge: JobsBadge });
  registry.panel({ id: 'output', label: 'Output', order: 2, component: lazy(() => import('./OutputPanel.tsx')) });
  registry.status({ id: 'jobs', side: 'right', order: 1, component: RunsStatus });
  registry.welcome({ order: 3, component: RunStep });
  registry.menu(
    'run',
    { command: 'runs.open', group: '1 open' },
    { command: 'runs.stop', group: '2 control' },
    { command: 'runs.resume', group: '2 control' },
    { command: 'runs.rerun', group: '2 control' },
    { command: 'runs.duplicate', group: '4 copy' },
    { command: 'runs.copyId', group: '4 copy' },
    { command: 'runs.export', group: '5 export' },
    { command: 'runs.delete', group: '9 delete' },
  );
  registry.quickOpen(() =>
    runs.use.getState().value.map((run) => ({
      id: `run:${run.id}`,
      label: run.name,
      description: `run · ${run.status} · ${run.datasetName}`,
      icon: 'play-circle',
      open: () => openRun(run.id),
    })),
  );
}
