import { type KeyboardEvent, type PointerEvent, useRef } from 'react';

interface SashProps {
  label: string;
  direction: 'vertical' | 'horizontal';
  value: number;
  smallest: number;
  largest: number;
  usual: number;
  /** 1 when dragging right or down makes the thing larger, -1 when smaller. */
  sign: 1 | -1;
  onChange(value: number): void;
}

const KEY_STEP = 16;

/** The draggable edge of a part; arrow keys move it, a double click brings the usual size back. */
export function Sash(props: SashProps) {
  const start = useRef<{ at: number; value: number } | null>(null);
  const along = (event: { clientX: number; clientY: number }) => (props.direction === 'vertical' ? event.clientX : event.clientY);
  const set = (value: number) => props.onChange(Math.round(Math.min(props.largest, Math.max(props.smallest, value))));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    start.current = { at: along(event), value: props.value };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (start.current) set(start.current.value + props.sign * (along(event) - start.current.at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -KEY_STEP, ArrowUp: -KEY_STEP, ArrowRight: KEY_STEP, ArrowDown: KEY_STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(props.value + props.sign * step);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator with a value is a widget; <hr> is not
    <div
      className={`sash sash-${props.direction}`}
      role="separator"
      aria-label={props.label}
      aria-orientation={props.direction}
      aria-valuenow={props.value}
      aria-valuemin={props.smallest}
      aria-valuemax={props.largest}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = null;
      }}
      onDoubleClick={() => set(props.usual)}
      onKeyDown={onKeyDown}
    />
  );
}
