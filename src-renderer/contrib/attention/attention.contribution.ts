import { runById } from '../../state/stores.ts';
import { isTrained } from '../../state/trainedRuns.ts';
import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry, type Target } from '../../workbench/registry.ts';

/** The target's first run that has a model. */
const trainedRun = (target: Target) => (target.runIds ?? []).map(runById).find((run) => run && isTrained(run));

/** Attention: where a run's model looks in a user's history, and which events move its answer. */
export function contributeAttention(): void {
  registry.command({
    id: 'attention.show',
    category: 'Runs',
    label: 'Show attention',
    icon: 'eye',
    keys: ['Ctrl+Alt+A'],
    enabled: (target) => trainedRun(target) !== undefined,
    run: (target) => openEditor('attention', { runId: trainedRun(target)!.id }),
  });
  registry.editor({
    type: 'attention',
    icon: 'eye',
    component: lazy(() => import('./AttentionEditor.tsx')),
    key: (params) => String(params.runId),
    title: (params) => `Attention of ${runById(String(params.runId))?.name ?? 'a run'}`,
    target: (params) => ({ runIds: [String(params.runId)] }),
  });
  registry.editorTab('run', { id: 'attention', label: 'Attention', order: 2, component: lazy(() => import('./RunAttention.tsx')) });
  registry.menu('run', { command: 'attention.show', group: '3 look' });
}
