import { lazy } from 'react';
import { datasets, imports, isImportActive } from '../../state/stores.ts';
import { openEditor } from '../../workbench/editors.ts';
import { notify } from '../../workbench/notifications.ts';
import { registry } from '../../workbench/registry.ts';
import { DatasetStep } from './DatasetStep.tsx';
import { datasetCommands, openDataset } from './datasetActions.ts';

/** Datasets: their tree, import, report and timelines. */
export function contributeDatasets(): void {
  registry.command(...datasetCommands);
  registry.view({
    id: 'datasets',
    label: 'Datasets',
    icon: 'database',
    order: 1,
    component: lazy(() => import('./DatasetsView.tsx')),
    actions: ['datasets.import', 'datasets.refresh'],
  });
  registry.editor({
    type: 'import',
    icon: 'cloud-download',
    component: lazy(() => import('./ImportEditor.tsx')),
    key: () => '',
    title: () => 'Import dataset',
  });
  registry.editor({
    type: 'dataset',
    icon: 'database',
    component: lazy(() => import('./DatasetEditor.tsx')),
    key: (params) => String(params.name),
    title: (params) => String(params.name),
    target: (params) => ({ datasetName: String(params.name) }),
  });
  registry.editor({
    type: 'timeline',
    icon: 'account',
    component: lazy(() => import('./TimelineEditor.tsx')),
    key: (params) => `${params.name}/${params.userId}`,
    title: (params) => `User ${params.userId} (${params.name})`,
    target: (params) => ({ datasetName: String(params.name), userId: Number(params.userId) }),
  });
  registry.welcome({ order: 1, component: DatasetStep });
  registry.menu(
    'dataset',
    { command: 'datasets.open', group: '1 open' },
    { command: 'datasets.newExperiment', group: '2 use' },
    { command: 'datasets.export', group: '2 use' },
    { command: 'datasets.rename', group: '8 change' },
    { command: 'datasets.delete', group: '9 delete' },
  );
  registry.quickOpen(() =>
    datasets.use.getState().value.map((dataset) => ({
      id: `dataset:${dataset.name}`,
      label: dataset.name,
      description: 'dataset',
      icon: 'database',
      open: () => openDataset(dataset.name),
    })),
  );
}

/** Says so when an import that the person no longer looks at has ended. */
export function announceImports(): void {
  let before = new Map(imports.use.getState().value.map((each) => [each.importId, each.phase]));
  imports.use.subscribe(({ value }) => {
    for (const progress of value) {
      const ended = before.has(progress.importId) && isPhaseActive(before.get(progress.importId)!) && !isImportActive(progress);
      const watched = document.querySelector(`[data-import="${progress.importId}"]`) !== null;
      if (ended && !watched && progress.phase !== 'cancelled') announce(progress.phase, progress.name, progress.error?.message);
    }
    before = new Map(value.map((each) => [each.importId, each.phase]));
  });
}

const isPhaseActive = (phase: string) => !['done', 'failed', 'cancelled'].includes(phase);

function announce(phase: string, name: string, error: string | undefined): void {
  if (phase === 'done') {
    notify({ severity: 'info', message: `${name} has been imported.`, actions: [{ label: 'Open', run: () => openDataset(name) }] });
  } else {
    notify({
      severity: 'error',
      message: error ?? `${name} was not imported.`,
      actions: [{ label: 'Show import', run: () => openEditor('import', {}) }],
    });
  }
}
