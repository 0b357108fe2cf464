import { Fragment, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Icon } from './Icon.tsx';

export interface MenuEntry {
  id: string;
  label: string;
  icon?: string;
  /** The shortcut, as printed. */
  keys?: string;
  /** A line stands between groups. */
  group?: string;
  run(): void;
}

interface MenuProps {
  label: string;
  at: { x: number; y: number };
  entries: MenuEntry[];
  onClose(): void;
}

/** A menu at a point of the window, kept inside it; arrows, Home, End, Enter, Escape. Gives the focus back when it closes. */
export function Menu({ label, at, entries, onClose }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);
  const [from] = useState(() => document.activeElement as HTMLElement | null);
  const [place, setPlace] = useState({ left: at.x, top: at.y });
  const close = (refocus: boolean) => {
    onClose();
    if (refocus) from?.focus();
  };
  useLayoutEffect(() => {
    const box = list.current!.getBoundingClientRect();
    setPlace({ left: Math.min(at.x, window.innerWidth - box.width - 4), top: Math.min(at.y, window.innerHeight - box.height - 4) });
    list.current!.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [at]);
  useEffect(() => {
    const onPointerDown = (event: PointerEvent) => {
      if (!list.current?.contains(event.target as Node)) onClose();
    };
    window.addEventListener('pointerdown', onPointerDown, true);
    return () => window.removeEventListener('pointerdown', onPointerDown, true);
  }, [onClose]);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...list.current!.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const now = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[to % all.length]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return createPortal(
    <div ref={list} className="menu" role="menu" aria-label={label} tabIndex={-1} style={place} onKeyDown={onKeyDown}>
      {entries.map((entry, index) => (
        <Fragment key={entry.id}>
          {index > 0 && entries[index - 1]!.group !== entry.group && <hr className="menu-line" />}
          <button
            type="button"
            role="menuitem"
            className="menu-item"
            onClick={() => {
              close(true);
              entry.run();
            }}
          >
            <span className="menu-icon">{entry.icon && <Icon name={entry.icon} />}</span>
            <span className="menu-label">{entry.label}</span>
            {entry.keys && <span className="menu-keys">{entry.keys}</span>}
          </button>
        </Fragment>
      ))}
    </div>,
    document.body,
  );
}
