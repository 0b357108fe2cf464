import { experiments } from '../../state/stores.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';
import { ExperimentStep } from './ExperimentStep.tsx';
import { experimentCommands, openExperiment } from './experimentActions.ts';
import { ProblemsBadge, ProblemsStatus } from './ProblemsStatus.tsx';

/** Experiment files: their tree, editor, and what is wrong in them. */
export function contributeExperiments(): void {
  registry.command(...experimentCommands);
  registry.view({
    id: 'experiments',
    label: 'Experiments',
    icon: 'beaker',
    order: 2,
    component: lazy(() => import('./ExperimentsView.tsx')),
    actions: ['experiments.new', 'experiments.refresh'],
  });
  registry.editor({
    type: 'experiment',
    icon: 'beaker',
    component: lazy(() => import('./ExperimentEditor.tsx')),
    key: (params) => String(params.path),
    title: (params) => String(params.path).replace(/^.*[\\/]/, ''),
    target: (params) => ({ experimentPath: String(params.path) }),
  });
  registry.panel({
    id: 'problems',
    label: 'Problems',
    order: 3,
    component: lazy(() => import('./ProblemsPanel.tsx')),
    badge: ProblemsBadge,
  });
  registry.status({ id: 'problems', side: 'left', order: 2, component: ProblemsStatus });
  registry.welcome({ order: 2, component: ExperimentStep });
  registry.menu(
    'experiment',
    { command: 'experiments.open', group: '1 open' },
    { command: 'experiments.run', group: '2 run' },
    { command: 'experiments.delete', group: '9 delete' },
  );
  registry.quickOpen(() =>
    experiments.use.getState().value.map((file) => ({
      id: `experiment:${file.path}`,
      label: file.name,
      description: 'experiment file',
      icon: 'beaker',
      open: () => openExperiment(file.path),
    })),
  );
}
