import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { create } from 'zustand';
import { Icon } from '../widgets/Icon.tsx';
import { fuzzyMatch } from './fuzzy.ts';

export interface QuickPickItem {
  id: string;
  label: string;
  /** Grey text after the label. */
  description?: string;
  /** At the far right, a shortcut. */
  keys?: string;
  icon?: string;
  /** Heads a group, above its first item. */
  group?: string;
}

interface QuickPick {
  placeholder: string;
  items: QuickPickItem[];
  /** Said when nothing matches. */
  none: string;
  multiple?: boolean;
  picked?: string[];
  done(ids: string[] | null): void;
}

const useQuickPick = create<{ pick: QuickPick | null }>(() => ({ pick: null }));

/** Lets the person choose one item by typing; null when they leave. */
export function quickPick(options: Omit<QuickPick, 'done' | 'multiple' | 'picked'>): Promise<string | null> {
  return open({ ...options }).then((ids) => ids?.[0] ?? null);
}

/** Lets the person tick any number of items. */
export function quickPickMany(options: Omit<QuickPick, 'done' | 'multiple'>): Promise<string[] | null> {
  return open({ ...options, multiple: true });
}

function open(options: Omit<QuickPick, 'done'>): Promise<string[] | null> {
  useQuickPick.getState().pick?.done(null);
  return new Promise((resolve) => {
    const done = (ids: string[] | null) => {
      useQuickPick.setState({ pick: null });
      resolve(ids);
    };
    useQuickPick.setState({ pick: { ...options, done } });
  });
}

export function QuickInput() {
  const pick = useQuickPick((state) => state.pick);
  return pick && <QuickPickDialog {...pick} key={pick.placeholder} />;
}

const SHOW_AT_MOST = 200;

function useMatches(items: QuickPickItem[], typed: string) {
  const pattern = typed.trim();
  return useMemo(() => {
    if (pattern === '') return items.slice(0, SHOW_AT_MOST).map((item) => ({ item, at: [] as number[] }));
    return items
      .flatMap((item) => {
        const match = fuzzyMatch(pattern, item.label);
        const second = match ?? fuzzyMatch(pattern, `${item.label} ${item.description ?? ''}`);
        return second ? [{ item, at: match?.at ?? [], score: second.score }] : [];
      })
      .sort((a, b) => b.score - a.score)
      .slice(0, SHOW_AT_MOST);
  }, [items, pattern]);
}

function QuickPickDialog({ placeholder, items, none, multiple, picked, done }: QuickPick) {
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [index, setIndex] = useState(0);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(picked));
  const matches = useMatches(items, typed);
  const active = Math.min(index, matches.length - 1);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  // Braces matter: newer browsers return a promise here, which an effect must not.
  useEffect(() => {
    document.getElementById(`${listId}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active, listId]);
  const choose = (at: number) => {
    const id = matches[at]?.item.id;
    if (!id) return;
    if (multiple) setTicked((now) => (now.has(id) ? new Set([...now].filter((each) => each !== id)) : new Set([...now, id])));
    else done([id]);
  };
  const accept = () => (multiple ? done(ticked.size > 0 ? [...ticked] : [matches[active]?.item.id ?? ''].filter(Boolean)) : choose(active));
  const onKeyDown = (event: KeyboardEvent) => {
    const size = Math.max(1, matches.length);
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 + size, PageDown: active + 10, PageUp: active - 10 }[event.key];
    if (to !== undefined) setIndex(event.key.startsWith('Arrow') ? to % size : Math.min(size - 1, Math.max(0, to)));
    else if (event.key === 'Enter') accept();
    else if (event.key === ' ' && multiple && typed === '') choose(active);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      className="quick"
      aria-label={placeholder}
      onClose={() => done(null)}
      onClick={(event) => event.target === dialog.current && done(null)}
      onKeyDown={onKeyDown}
    >
      <div className="quick-box">
        <input
          className="input quick-input"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={matches.length > 0 ? `${listId}-${active}` : undefined}
          aria-autocomplete="list"
          aria-label={placeholder}
          placeholder={placeholder}
          value={typed}
          autoFocus
          onChange={(event) => {
            setTyped(event.target.value);
            setIndex(0);
          }}
        />
        {multiple && <div className="quick-help">Space or click ticks, Enter takes what is ticked ({ticked.size})</div>}
        <div id={listId} role="listbox" aria-label={placeholder} aria-multiselectable={multiple} className="quick-list" tabIndex={-1}>
          {matches.map(({ item, at }, position) => (
            <QuickRow
              key={item.id}
              id={`${listId}-${position}`}
              item={item}
              at={at}
              active={position === active}
              ticked={multiple ? ticked.has(item.id) : undefined}
              heading={typed.trim() === '' && item.group !== matches[position - 1]?.item.group ? item.group : undefined}
              onChoose={() => choose(position)}
            />
          ))}
        </div>
        {matches.length === 0 && <div className="quick-none">{items.length === 0 ? none : 'Nothing matches'}</div>}
      </div>
    </dialog>
  );
}

interface QuickRowProps {
  id: string;
  item: QuickPickItem;
  at: number[];
  active: boolean;
  ticked: boolean | undefined;
  heading: string | undefined;
  onChoose(): void;
}

function QuickRow({ id, item, at, active, ticked, heading, onChoose }: QuickRowProps) {
  const marked = new Set(at);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the combo box keeps the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combo box takes the keys
    <div id={id} role="option" aria-selected={ticked ?? active} className={`quick-row ${active ? 'quick-active' : ''}`} onClick={onChoose}>
      {ticked !== undefined && <Icon name={ticked ? 'pass-filled' : 'circle-large'} />}
      {item.icon && <Icon name={item.icon} />}
      <span className="quick-label">
        {[...item.label].map((letter, index) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: letters have no other identity
          marked.has(index) ? <b key={index}>{letter}</b> : letter,
        )}
      </span>
      {item.description && <span className="quick-description ellipsis">{item.description}</span>}
      <span className="quick-right">
        {heading && <span className="quick-group">{heading}</span>}
        {item.keys && <kbd>{item.keys}</kbd>}
      </span>
    </div>
  );
}
