import { datasets } from '../../state/stores.ts';
import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';

/** The paper's tables beside the runs of the workspace. */
export function contributeReproduction(): void {
  registry.command({
    id: 'reproduction.open',
    category: 'Runs',
    label: "Reproduction of the paper's tables",
    icon: 'book',
    run: ({ datasetName }) => openEditor('reproduction', { dataset: datasetName ?? datasets.use.getState().value[0]?.name ?? '' }),
  });
  registry.editor({
    type: 'reproduction',
    icon: 'book',
    component: lazy(() => import('./ReproductionEditor.tsx')),
    key: () => 'reproduction',
    title: () => 'Reproduction',
    target: (params) => (params.dataset === '' ? {} : { datasetName: String(params.dataset) }),
  });
  registry.menu('dataset', { command: 'reproduction.open', group: '2 use' });
}
