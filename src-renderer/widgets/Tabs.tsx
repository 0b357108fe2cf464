import type { KeyboardEvent, ReactNode } from 'react';

interface TabsProps {
  label: string;
  tabs: { id: string; label: ReactNode }[];
  active: string;
  onChange(id: string): void;
}

/** The id that a tab's body carries, so that the tab can name it. */
export const tabBodyId = (label: string, id: string): string => `${label}-${id}`.replace(/[^\w-]+/g, '-');

/** A row of tabs; arrow keys move between them. */
export function Tabs({ label, tabs, active, onChange }: TabsProps) {
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const now = tabs.findIndex((tab) => tab.id === active);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[to % tabs.length]!;
    onChange(next.id);
    document.getElementById(`tab-${tabBodyId(label, next.id)}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`tab-${tabBodyId(label, tab.id)}`}
          type="button"
          role="tab"
          aria-selected={tab.id === active}
          aria-controls={tab.id === active ? tabBodyId(label, tab.id) : undefined}
          tabIndex={tab.id === active ? 0 : -1}
          onClick={() => onChange(tab.id)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

export function TabBody({ label, id, children, className = '' }: { label: string; id: string; children: ReactNode; className?: string }) {
  return (
    <div
      id={tabBodyId(label, id)}
      className={`tab-body ${className}`}
      role="tabpanel"
      aria-labelledby={`tab-${tabBodyId(label, id)}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      {children}
    </div>
  );
}
