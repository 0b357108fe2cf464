import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from 'react';
import { IconButton } from '../controls.tsx';
import { countOf } from '../format.ts';
import { Icon } from '../Icon.tsx';

interface FilterBarProps {
  value: string;
  found: number;
  total: number;
  onChange(value: string): void;
  onClose(): void;
}

/** Above the rows: what they must hold, and how many do. */
export function FilterBar({ value, found, total, onChange, onClose }: FilterBarProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div className="table-filter">
      <Icon name="filter" />
      <input
        ref={field}
        className="input"
        aria-label="Filter rows"
        placeholder="words, or column:word, column>number"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onClose();
        }}
      />
      <span className="muted numeric" role="status">
        {value.trim() === '' ? countOf(total, 'row') : `${found} of ${countOf(total, 'row')}`}
      </span>
      <IconButton icon="close" label="Remove the filter" onClick={onClose} />
    </div>
  );
}

const SMALLEST_WIDTH = 40;
const LARGEST_WIDTH = 2000;
const KEY_STEP = 16;

const allowed = (width: number): number => Math.round(Math.min(LARGEST_WIDTH, Math.max(SMALLEST_WIDTH, width)));
const widthOf = (cell: Element): number => cell.getBoundingClientRect().width;

/** The width that Shift with an arrow key gives a column, its header having the focus; null for other keys. */
export function widthByKey(event: KeyboardEvent<HTMLElement>): number | null {
  const step = event.shiftKey ? { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key] : undefined;
  return step === undefined ? null : allowed(widthOf(event.currentTarget) + step);
}

/** The edge of a header, to be dragged; a double click brings the usual width back. */
export function ColumnEdge({ onWidth }: { onWidth(width: number | null): void }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    start.current = { x: event.clientX, width: widthOf(event.currentTarget.parentElement!) };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  return (
    <span
      className="column-edge"
      aria-hidden="true"
      onPointerDown={onPointerDown}
      onPointerMove={(event) => start.current && onWidth(allowed(start.current.width + event.clientX - start.current.x))}
      onPointerUp={() => {
        start.current = null;
      }}
      onDoubleClick={() => onWidth(null)}
    />
  );
}
