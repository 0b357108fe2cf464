import { runById, runs } from '../../state/stores.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';
import { exportRunCommand } from './exportRun.ts';
import { JobsBadge } from './JobsBadge.tsx';
import { RunStep } from './RunStep.tsx';
import { RunsStatus } from './RunsStatus.tsx';
import { openRun, runCommands } from './runActions.ts';

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
    { command: 'runs.stopWithoutSaving', group: '2 control' },
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
