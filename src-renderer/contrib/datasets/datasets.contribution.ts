import { datasets } from '../../state/stores.ts';
import { lazy } from '../../workbench/lazy.tsx';
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
