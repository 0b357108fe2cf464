import { runById } from '../../state/stores.ts';
import { isTrained } from '../../state/trainedRuns.ts';
import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry, type Target } from '../../workbench/registry.ts';

/** The target's first run that has a model. */
const trainedRun = (target: Target) => (target.runIds ?? []).map(runById).find((run) => run && isTrained(run));

/** The playground: a run's model, written with for one user and for another. */
export function contributePlayground(): void {
  registry.command({
    id: 'playground.open',
    category: 'Playground',
    label: 'Write with this run, with and without the user',
    icon: 'comment-discussion',
    keys: ['Ctrl+Alt+P'],
    // Without a run of its own it opens on the newest that there is.
    enabled: (target) => (target.runIds?.length ?? 0) === 0 || trainedRun(target) !== undefined,
    run: (target) => {
      const run = trainedRun(target);
      openEditor('playground', run ? { runId: run.id } : {});
    },
  });
  registry.view({
    id: 'playground',
    label: 'Playground',
    icon: 'comment-discussion',
    order: 5,
    component: lazy(() => import('./PlaygroundView.tsx')),
  });
  registry.editor({
    type: 'playground',
    icon: 'comment-discussion',
    component: lazy(() => import('./PlaygroundEditor.tsx')),
    key: () => '',
    title: () => 'Playground',
    target: (params) => (params.runId ? { runIds: [String(params.runId)] } : {}),
  });
  registry.menu('run', { command: 'playground.open', group: '3 look' });
}
