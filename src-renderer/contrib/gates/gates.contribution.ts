import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';

/** Gates: how much each layer of the language model listens to the user. A tab of the run editor, and an editor for several runs. */
export function contributeGates(): void {
  registry.command({
    id: 'gates.show',
    category: 'Runs',
    label: 'Show gates',
    icon: 'symbol-event',
    enabled: (target) => (target.runIds?.length ?? 0) > 0,
    run: (target) => openEditor('gates', { runIds: target.runIds! }),
  });
  registry.editor({
    type: 'gates',
    icon: 'symbol-event',
    component: lazy(() => import('./GatesEditor.tsx')),
    key: (params) => [...(params.runIds as string[])].sort().join(','),
    title: (params) => (params.runIds!.length === 1 ? 'Gates' : `Gates of ${params.runIds!.length} runs`),
    target: (params) => ({ runIds: params.runIds as string[] }),
  });
  registry.editorTab('run', { id: 'gates', label: 'Gates', order: 1, component: lazy(() => import('./RunGates.tsx')) });
  registry.menu('run', { command: 'gates.show', group: '3 look' });
}
