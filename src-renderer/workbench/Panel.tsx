import type { KeyboardEvent } from 'react';
import { IconButton, Loading } from '../widgets/controls.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { setLayout, useLayout } from './layout.ts';
import { Waiting } from './lazy.tsx';
import { registry } from './registry.ts';

/** Below the editors: jobs, output, problems. */
export function Panel() {
  const { activePanel, panelHeight } = useLayout();
  const view = registry.panels.find((panel) => panel.id === activePanel) ?? registry.panels[0];
  if (!view) return null;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const now = registry.panels.indexOf(view);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1 }[event.key];
    if (to === undefined) return;
    const next = registry.panels[(to + registry.panels.length) % registry.panels.length]!;
    setLayout({ activePanel: next.id });
    document.getElementById(`panel-tab-${next.id}`)?.focus();
  };
  return (
    <section className="panel" aria-label="Panel" style={{ height: panelHeight }}>
      <div className="panel-title">
        <div role="tablist" aria-label="Panel views" className="panel-tabs" tabIndex={-1} onKeyDown={onKeyDown}>
          {registry.panels.map((panel) => (
            <button
              key={panel.id}
              id={`panel-tab-${panel.id}`}
              type="button"
              role="tab"
              className="panel-tab"
              aria-selected={panel === view}
              aria-controls="panel-body"
              tabIndex={panel === view ? 0 : -1}
              onClick={() => setLayout({ activePanel: panel.id })}
            >
              {panel.label}
              {panel.badge && <panel.badge />}
            </button>
          ))}
        </div>
        <IconButton icon="close" label="Hide panel" onClick={() => setLayout({ panelVisible: false })} />
      </div>
      <div id="panel-body" role="tabpanel" aria-labelledby={`panel-tab-${view.id}`} className="panel-body">
        <ErrorBoundary key={view.id}>
          <Waiting value={<Loading what={view.label.toLowerCase()} />}>
            <view.component />
          </Waiting>
        </ErrorBoundary>
      </div>
    </section>
  );
}
