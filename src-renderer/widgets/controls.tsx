import { type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';
import { Icon } from './Icon.tsx';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { icon?: string; kind?: 'primary' | 'secondary' | 'danger' | 'link' };

export function Button({ icon, kind = 'secondary', children, className = '', ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button button-${kind} ${className}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A button that shows only an icon; `label` is its name and tooltip. */
export function IconButton({
  icon,
  label,
  className = '',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { icon: string; label: string }) {
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

interface FieldProps {
  label: string;
  /** Explains the field, or says what is wrong with it. */
  hint?: ReactNode;
  error?: string | null;
}

export function TextField({ label, hint, error, className = '', ...rest }: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className={`field ${className}`}>
      <label htmlFor={id}>{label}</label>
      <input id={id} className="input" aria-invalid={!!error} aria-describedby={hint || error ? `${id}-hint` : undefined} {...rest} />
      {(error || hint) && (
        <div id={`${id}-hint`} className={error ? 'field-error' : 'field-hint'}>
          {error || hint}
        </div>
      )}
    </div>
  );
}

/** A text field with a magnifier, without a visible label. */
export function SearchField({ label, ...rest }: { label: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <div className="search-field">
      <Icon name="search" />
      <input className="input" type="search" aria-label={label} placeholder={label} {...rest} />
    </div>
  );
}

export function Select({
  label,
  options,
  inline,
  ...rest
}: {
  label: string;
  options: { value: string; label: string }[];
  inline?: boolean;
} & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <div className={inline ? 'field field-inline' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input select" {...rest}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Toggle({ label, checked, onChange }: { label: string; checked: boolean; onChange(checked: boolean): void }) {
  return (
    <label className="toggle">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** Progress between 0 and 1; null: going on, but nobody knows how far. */
export function ProgressBar({ share, label }: { share: number | null; label: string }) {
  const percent = share === null ? undefined : Math.round(share * 100);
  return (
    <div className="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <div
        className={share === null ? 'progress-fill progress-unknown' : 'progress-fill'}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}

/** What stands where there is nothing yet: what this place is for and what to do next. */
export function EmptyState({ icon, title, children, actions }: { icon: string; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} className="empty-icon" />
      <h2>{title}</h2>
      {children && <div className="empty-text">{children}</div>}
      {actions && <div className="empty-actions">{actions}</div>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <Icon name="loading" spin /> Reading {what}…
    </div>
  );
}

export function ErrorNote({ message, onRetry }: { message: string; onRetry?: () => void }) {
  return (
    <div className="note note-bad" role="alert">
      <Icon name="error" />
      <div className="note-text">{message}</div>
      {onRetry && (
        <Button kind="secondary" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Note({ kind, children }: { kind: 'info' | 'warn' | 'bad' | 'good'; children: ReactNode }) {
  const icons = { info: 'info', warn: 'warning', bad: 'error', good: 'pass' };
  return (
    <div className={`note note-${kind}`}>
      <Icon name={icons[kind]} />
      <div className="note-text">{children}</div>
    </div>
  );
}
