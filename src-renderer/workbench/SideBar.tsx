import type { MouseEvent } from 'react';
import { IconButton, Loading } from '../widgets/controls.tsx';
import { runCommand } from './commands.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { keepEditor } from './editors.ts';
import { shownKeys } from './keybindings.ts';
import { useLayout } from './layout.ts';
import { Waiting } from './lazy.tsx';
import { registry } from './registry.ts';

/** The tree of the active activity, under a title with its actions. */
export function SideBar() {
  const activeView = useLayout((state) => state.activeView);
  const width = useLayout((state) => state.sideBarWidth);
  const view = registry.views.find((candidate) => candidate.id === activeView) ?? registry.views[0];
  if (!view) return null;
  return (
    <aside className="side-bar" aria-label={view.label} style={{ width }} onDoubleClick={keepOpened}>
      <div className="side-title">
        <h2>{view.label}</h2>
        <span className="side-actions">
          {view.actions?.map((id) => {
            const command = registry.commands.get(id);
            if (!command) return null;
            const shown = shownKeys(command);
            const keys = shown ? ` (${shown})` : '';
            return (
              <IconButton key={id} icon={command.icon ?? 'circle'} label={`${command.label}${keys}`} onClick={() => runCommand(id, {})} />
            );
          })}
        </span>
      </div>
      <ErrorBoundary key={view.id}>
        <Waiting value={<Loading what={view.label.toLowerCase()} />}>
          <view.component />
        </Waiting>
      </ErrorBoundary>
    </aside>
  );
}

/** A double click on a row of a tree: what its first click has opened is meant to stay. */
function keepOpened(event: MouseEvent): void {
  if ((event.target as Element).closest('[role=treeitem]')) keepEditor();
}
