import type { ReactNode } from 'react';
import { Icon } from '../widgets/Icon.tsx';
import { registry } from './registry.ts';

export function StatusBar() {
  const side = (which: 'left' | 'right') => (
    <div className="status-side">
      {registry.statusItems
        .filter((item) => item.side === which)
        .map((item) => (
          <item.component key={item.id} />
        ))}
    </div>
  );
  return (
    <footer className="status-bar">
      {side('left')}
      {side('right')}
    </footer>
  );
}

interface StatusEntryProps {
  icon?: string;
  spin?: boolean;
  /** The whole story, on hover and for screen readers. */
  title: string;
  kind?: 'bad' | 'warn';
  onClick?: () => void;
  /** Of a button that shows and hides something: its id, and whether it is shown. */
  controls?: { id: string; isShown: boolean };
  children?: ReactNode;
}

/** One entry of the status bar; a button when it does something. */
export function StatusEntry({ icon, spin, title, kind, onClick, controls, children }: StatusEntryProps) {
  const className = `status-entry ${kind ? `status-${kind}` : ''}`;
  const content = (
    <>
      {icon && <Icon name={icon} spin={spin} />}
      {children && <span className="ellipsis">{children}</span>}
    </>
  );
  if (!onClick) {
    return (
      <span className={className} title={title}>
        {content}
      </span>
    );
  }
  return (
    <button
      type="button"
      className={className}
      title={title}
      aria-label={children ? undefined : title}
      aria-expanded={controls?.isShown}
      aria-controls={controls?.isShown ? controls.id : undefined}
      onClick={onClick}
    >
      {content}
    </button>
  );
}
