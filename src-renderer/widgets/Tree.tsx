import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './Icon.tsx';

export interface TreeRow {
  id: string;
  level: number;
  label: string;
  /** Its text is what a screen reader says. A function is only called for rows in view. */
  content: ReactNode | (() => ReactNode);
  /** Buttons that show on hover and focus. */
  actions?: ReactNode | (() => ReactNode);
  /** Left out: a leaf. */
  expanded?: boolean;
}

interface TreeProps {
  label: string;
  rows: TreeRow[];
  selected: readonly string[];
  multiple?: boolean;
  /** A click beside the twist, or Enter, opens rows with children too instead of unfolding them. */
  opensParents?: boolean;
  onSelect(ids: string[]): void;
  /** Enter, or a plain click. */
  onOpen(id: string): void;
  onToggle?(id: string, expanded: boolean): void;
  onMenu?(id: string, at: { x: number; y: number }): void;
  onDelete?(id: string): void;
}

const ROW_HEIGHT = 22;
const TYPE_AHEAD_MS = 700;

/** VS Code's tree: arrows, Home/End, type-ahead, Ctrl and Shift to select several; draws only the rows in view. */
export function Tree(props: TreeProps) {
  const { rows, selected, label } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const prefix = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]!.id,
    overscan: 12,
  });
  const activeIndex = Math.max(
    0,
    rows.findIndex((row) => row.id === (active ?? selected.at(-1))),
  );
  const move = (index: number, extend: boolean) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (!row) return;
    setActive(row.id);
    virtual.scrollToIndex(rows.indexOf(row));
    if (props.multiple && extend) props.onSelect([...new Set([...selected, row.id])]);
    else props.onSelect([row.id]);
  };
  const typeAhead = useTypeAhead(rows, (index) => move(index, false));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return;
    if (treeKey(event, { ...props, row: rows[activeIndex], index: activeIndex, move, prefix }) || typeAhead(event, activeIndex)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const onClick = (event: MouseEvent, row: TreeRow, index: number) => {
    setActive(row.id);
    if (props.multiple && (event.ctrlKey || event.metaKey)) {
      return props.onSelect(selected.includes(row.id) ? selected.filter((id) => id !== row.id) : [...selected, row.id]);
    }
    if (props.multiple && event.shiftKey) {
      const [from, to] = [Math.min(activeIndex, index), Math.max(activeIndex, index)];
      return props.onSelect(rows.slice(from, to + 1).map((each) => each.id));
    }
    props.onSelect([row.id]);
    const onTwist = (event.target as Element).closest('.tree-twist') !== null;
    if (row.expanded === undefined || (props.opensParents && !onTwist)) props.onOpen(row.id);
    else props.onToggle?.(row.id, !row.expanded);
  };
  return (
    <div
      ref={scroller}
      className="tree"
      role="tree"
      tabIndex={0}
      aria-label={label}
      aria-multiselectable={props.multiple || undefined}
      aria-activedescendant={rows.length > 0 ? `${prefix}-${activeIndex}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div className="tree-canvas" role="none" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index]!;
          return (
            <div
              key={item.key}
              id={`${prefix}-${item.index}`}
              className={`tree-row ${item.index === activeIndex ? 'tree-active' : ''}`}
              role="treeitem"
              tabIndex={-1}
              aria-labelledby={`${prefix}-${item.index}-name`}
              aria-level={row.level + 1}
              aria-selected={selected.includes(row.id)}
              aria-expanded={row.expanded}
              aria-posinset={item.index + 1}
              aria-setsize={rows.length}
              title={row.label}
              style={{ transform: `translateY(${item.start}px)`, paddingLeft: 8 + row.level * 12 }}
              onClick={(event) => onClick(event, row, item.index)}
              onKeyDown={() => undefined}
              onContextMenu={(event) => {
                if (!props.onMenu) return;
                event.preventDefault();
                if (!selected.includes(row.id)) props.onSelect([row.id]);
                setActive(row.id);
                props.onMenu(row.id, { x: event.clientX, y: event.clientY });
              }}
            >
              <span className="tree-twist">
                {row.expanded !== undefined && <Icon name={row.expanded ? 'chevron-down' : 'chevron-right'} />}
              </span>
              <span id={`${prefix}-${item.index}-name`} className="tree-content">
                {drawn(row.content)}
              </span>
              {row.actions && <span className="tree-actions">{drawn(row.actions)}</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const drawn = (part: ReactNode | (() => ReactNode)): ReactNode => (typeof part === 'function' ? part() : part);

interface TreeKeyContext extends TreeProps {
  row: TreeRow | undefined;
  index: number;
  prefix: string;
  move(index: number, extend: boolean): void;
}

/** Acts on one key press; true when the key meant something here. */
function treeKey(event: KeyboardEvent, context: TreeKeyContext): boolean {
  const { row, index, rows, move } = context;
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return false;
  const parent = rows.slice(0, index).findLastIndex((other) => other.level < row.level);
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(index + 1, event.shiftKey),
    ArrowUp: () => move(index - 1, event.shiftKey),
    Home: () => move(0, event.shiftKey),
    End: () => move(rows.length - 1, event.shiftKey),
    PageDown: () => move(index + 15, event.shiftKey),
    PageUp: () => move(index - 15, event.shiftKey),
    ArrowRight: () => (row.expanded === false ? context.onToggle?.(row.id, true) : row.expanded && move(index + 1, false)),
    ArrowLeft: () => (row.expanded ? context.onToggle?.(row.id, false) : parent >= 0 && move(parent, false)),
    Enter: () => (row.expanded === undefined || context.opensParents ? context.onOpen(row.id) : context.onToggle?.(row.id, !row.expanded)),
    ' ': () => context.onSelect(context.multiple ? toggled(context.selected, row.id) : [row.id]),
    Delete: () => context.onDelete?.(row.id),
    ContextMenu: () => menuAtRow(context),
    F10: () => event.shiftKey && menuAtRow(context),
  };
  const act = keys[event.key];
  act?.();
  return act !== undefined;
}

function menuAtRow({ onMenu, row, prefix, index }: TreeKeyContext): void {
  const box = document.getElementById(`${prefix}-${index}`)?.getBoundingClientRect();
  if (row && box) onMenu?.(row.id, { x: box.left + 24, y: box.bottom });
}

function toggled(ids: readonly string[], id: string): string[] {
  return ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
}

/** Letters typed in quick succession go to the next row that begins with them. */
function useTypeAhead(rows: TreeRow[], go: (index: number) => void) {
  const typed = useRef('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (event: KeyboardEvent, from: number): boolean => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return false;
    typed.current += event.key.toLowerCase();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      typed.current = '';
    }, TYPE_AHEAD_MS);
    const start = typed.current.length === 1 ? from + 1 : from;
    const order = [...rows.keys()].map((offset) => (start + offset) % rows.length);
    const found = order.find((index) => rows[index]!.label.toLowerCase().startsWith(typed.current));
    if (found !== undefined) go(found);
    return true;
  };
}
