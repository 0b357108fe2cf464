import { type KeyboardEvent, useDeferredValue, useId, useRef, useState } from 'react';
import { useQuery } from '../state/backend.ts';

export interface Choice {
  id: string;
  label: string;
  note?: string;
}

interface SearchPickProps {
  label: string;
  placeholder?: string;
  /** Names what is searched in: another key, other choices. */
  source: string;
  search(text: string): Promise<Choice[]>;
  onPick(id: string): void;
  /** What stands in the field while nothing is typed. */
  value?: string;
}

/** A field that finds something as one types: arrows, Enter, Escape; what is found hangs below it. */
export function SearchPick({ label, placeholder, source, search, onPick, value = '' }: SearchPickProps) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(typed);
  const found = useQuery(wanted === null ? null : `${source}\n${wanted}`, () => search(wanted!.trim()));
  const choices = typed === null ? [] : (found.value ?? []);
  const active = Math.min(at, choices.length - 1);
  const close = () => {
    setTyped(null);
    setAt(0);
  };
  const pick = (choice: Choice | undefined) => {
    if (!choice) return;
    onPick(choice.id);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1 }[event.key];
    if (to !== undefined && typed === null) setTyped('');
    else if (to !== undefined) setAt(Math.max(0, Math.min(choices.length - 1, to)));
    else if (event.key === 'Enter' && typed !== null) pick(choices[active]);
    else if (event.key === 'Escape' && typed !== null) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isOpen = typed !== null && (choices.length > 0 || (!found.loading && typed.trim() !== ''));
  return (
    <div className="field search-pick">
      <label htmlFor={id}>{label}</label>
      <input
        ref={box}
        id={id}
        className="input"
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-activedescendant={isOpen && choices.length > 0 ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder={placeholder}
        value={typed ?? value}
        onFocus={(event) => event.target.select()}
        onClick={() => typed === null && setTyped('')}
        onBlur={close}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={label} className="search-pick-list" hidden={!isOpen}>
        {choices.map((choice, place) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the combo box keeps the focus
          <div
            key={choice.id}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === active}
            className={`search-pick-row ${place === active ? 'search-pick-active' : ''}`}
            onPointerDown={(event) => {
              event.preventDefault();
              pick(choice);
            }}
          >
            <span className="ellipsis">{choice.label}</span>
            {choice.note && <span className="search-pick-note">{choice.note}</span>}
          </div>
        ))}
        {isOpen && choices.length === 0 && (
          // biome-ignore lint/a11y/useFocusableInteractive: it says that there is nothing to choose
          <div role="option" aria-selected={false} aria-disabled className="search-pick-row search-pick-note">
            {found.error ?? 'Nothing matches'}
          </div>
        )}
      </div>
    </div>
  );
}
