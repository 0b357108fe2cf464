import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';

/** The walkthrough: from nothing to a finished run on a made-up dataset. */
export function contributeWalkthrough(): void {
  registry.command({
    id: 'workbench.walkthrough',
    category: 'Help',
    label: 'Walkthrough',
    icon: 'mortar-board',
    run: () => openEditor('walkthrough', {}),
  });
  registry.editor({
    type: 'walkthrough',
    icon: 'mortar-board',
    component: lazy(() => import('./WalkthroughEditor.tsx')),
    key: () => '',
    title: () => 'Walkthrough',
  });
  registry.menu('settings', { command: 'workbench.walkthrough', group: '3' });
}
