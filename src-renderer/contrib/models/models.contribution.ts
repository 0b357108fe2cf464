import { lazy } from 'react';
import { models } from '../../state/stores.ts';
import { registry } from '../../workbench/registry.ts';
import { modelCommands, openModel } from './modelActions.ts';

/** Pretrained language models: their tree, adding a folder, facts, verification, and a place to write with them. */
export function contributeModels(): void {
  registry.command(...modelCommands);
  registry.view({
    id: 'models',
    label: 'Language models',
    icon: 'library',
    order: 4,
    component: lazy(() => import('./ModelsView.tsx')),
    actions: ['models.add', 'models.refresh'],
  });
  registry.editor({
    type: 'addModel',
    icon: 'library',
    component: lazy(() => import('./AddModelEditor.tsx')),
    key: () => '',
    title: () => 'Add language model',
  });
  registry.editor({
    type: 'model',
    icon: 'library',
    component: lazy(() => import('./ModelEditor.tsx')),
    key: (params) => String(params.name),
    title: (params) => String(params.name),
    target: (params) => ({ modelName: String(params.name) }),
  });
  registry.menu('model', { command: 'models.open', group: '1 open' }, { command: 'models.remove', group: '9 remove' });
  registry.quickOpen(() =>
    models.use.getState().value.map(({ name }) => ({
      id: `model:${name}`,
      label: name,
      description: 'language model',
      icon: 'library',
      open: () => openModel(name),
    })),
  );
}
