import { doctor } from '../../state/stores.ts';
import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { registry } from '../../workbench/registry.ts';
import { ConnectionStatus, EngineStatus, WorkspaceStatus } from './statusItems.tsx';

/** The workspace itself: its name, and the engines it can compute with. */
export function contributeWorkspace(): void {
  registry.command({
    id: 'workspace.engines',
    category: 'Help',
    label: 'Engines, versions and workspace',
    icon: 'server',
    run: () => {
      void doctor.refresh();
      openEditor('doctor', {});
    },
  });
  registry.menu('settings', { command: 'workspace.engines', group: '3' });
  registry.editor({
    type: 'doctor',
    icon: 'server',
    component: lazy(() => import('./DoctorEditor.tsx')),
    key: () => '',
    title: () => 'Engines and versions',
  });
  registry.status({ id: 'workspace', side: 'left', order: 1, component: WorkspaceStatus });
  registry.status({ id: 'connection', side: 'right', order: 0, component: ConnectionStatus });
  registry.status({ id: 'engine', side: 'right', order: 2, component: EngineStatus });
}
