import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { formatClock } from './format.ts';

export interface LogLine {
  atMs: number;
  level: 'info' | 'warning' | 'error';
  text: string;
}

const NEAR_END_PX = 30;

/** Lines of a log, newest at the end and followed while the end is in view; draws only what is seen. */
export function LogView({ label, lines }: { label: string; lines: readonly LogLine[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 18,
    overscan: 20,
  });
  useEffect(() => {
    if (following.current && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [lines.length, virtual]);
  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroller.current!;
    following.current = scrollTop + clientHeight >= scrollHeight - NEAR_END_PX;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div ref={scroller} className="log" role="log" aria-label={label} aria-live="off" tabIndex={0} onScroll={onScroll}>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index]!;
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`log-line log-${line.level}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span className="log-time">{formatClock(line.atMs)}</span>
              {line.level !== 'info' && <span className="log-level">{line.level}</span>}
              <span className="log-text">{line.text}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
