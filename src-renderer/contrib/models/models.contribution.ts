import { encoders, models, runById } from '../../state/stores.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';
import { modelCommands, openEncoder, openModel } from './modelActions.ts';

/** Pretrained language models and user encoders: their tree, adding a folder, facts, verification, and a place to write with them. */
export function contributeModels(): void {
  registry.command(...modelCommands);
  registry.view({
    id: 'models',
    label: 'Models',
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
  registry.editor({
    type: 'encoder',
    icon: 'person',
    component: lazy(() => import('./EncoderEditor.tsx')),
    key: (params) => String(params.runId),
    title: (params) => `Encoder of ${runById(String(params.runId))?.name ?? String(params.runId)}`,
    target: (params) => ({ runIds: [String(params.runId)] }),
  });
  registry.menu(
    'encoder',
    { command: 'encoders.open', group: '1 open' },
    { command: 'encoders.openRun', group: '1 open' },
    { command: 'encoders.copy', group: '2 copy' },
  );
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
  registry.quickOpen(() =>
    encoders.use.getState().value.map(({ runId, runName }) => ({
      id: `encoder:${runId}`,
      // After the run itself, which is what a person who types its name is after.
      label: `Encoder of ${runName}`,
      description: 'user encoder',
      icon: 'person',
      open: () => openEncoder(runId),
    })),
  );
}
