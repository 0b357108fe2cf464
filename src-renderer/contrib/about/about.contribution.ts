import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';

/** Help > About: versions, and the licences of everything that is shipped. */
export function contributeAbout(): void {
  registry.command({ id: 'help.about', category: 'Help', label: 'About and licences', icon: 'info', run: () => openEditor('about', {}) });
  registry.editor({
    type: 'about',
    icon: 'info',
    component: lazy(() => import('./AboutEditor.tsx')),
    key: () => '',
    title: () => 'About',
  });
  registry.menu('settings', { command: 'help.about', group: '3' });
}
