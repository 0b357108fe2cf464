import type { KeyboardEvent } from 'react';
import { Icon } from '../widgets/Icon.tsx';
import { showMenu } from './ContextMenu.tsx';
import { toggleView, useLayout } from './layout.ts';
import { registry } from './registry.ts';

/** The icons at the far left: one per activity, settings at the bottom. */
export function ActivityBar() {
  const activeView = useLayout((state) => state.activeView);
  const visible = useLayout((state) => state.sideBarVisible);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const all = [...event.currentTarget.querySelectorAll('button')];
    const now = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  return (
    <nav className="activity-bar" aria-label="Activities" onKeyDown={onKeyDown}>
      {registry.views.map((view) => {
        const active = view.id === activeView && visible;
        return (
          <button
            key={view.id}
            type="button"
            className={`activity ${active ? 'activity-active' : ''}`}
            aria-label={view.label}
            title={view.label}
            aria-pressed={active}
            onClick={() => toggleView(view.id)}
          >
            <Icon name={view.icon} />
          </button>
        );
      })}
      <span className="activity-space" />
      <button
        type="button"
        className="activity"
        aria-label="Settings and theme"
        title="Settings and theme"
        aria-haspopup="menu"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          showMenu('settings', {}, { x: box.right, y: box.bottom });
        }}
      >
        <Icon name="settings-gear" />
      </button>
    </nav>
  );
}
