import { useCallback, useEffect, useRef, useState } from 'react';

export const ROW_HEIGHT = 24;
const HEAD_HEIGHT = 25;
const OVERSCAN = 8;
/** Browsers draw no element that is much higher; beyond it the scroll bar stands for more rows than it has pixels. */
const MAX_HEIGHT = 8_000_000;

/** The part of a long list that is in view. */
export interface RowWindow {
  /** Rows to draw: [start, end). */
  start: number;
  end: number;
  /** The first row that is wholly in view. */
  firstIndex: number;
  rowsInView: number;
  contentHeight: number;
  /** Pixels from the top of the content to the row. */
  topOf(index: number): number;
  /** Scrolls so that the row (or part of one) comes to the top. */
  moveTo(first: number): void;
  /** Scrolls as little as need be to show the row. */
  reveal(index: number): void;
}

/** Where a scroller stands in a list of `total` rows, exactly, also where there are more rows than a scroll bar can tell apart. */
export function useRowWindow(box: HTMLDivElement | null, total: number): RowWindow {
  const [height, setHeight] = useState(600);
  const [position, setPosition] = useState({ first: 0, scrollTop: 0 });
  const latest = useRef(position);
  latest.current = position;
  const rowsInView = Math.max(1, Math.floor((height - HEAD_HEIGHT) / ROW_HEIGHT));
  const contentHeight = Math.min(total * ROW_HEIGHT, MAX_HEIGHT);
  const isScaled = total * ROW_HEIGHT > MAX_HEIGHT;
  const lastFirst = Math.max(0, total - (height - HEAD_HEIGHT) / ROW_HEIGHT);
  const range = Math.max(1, contentHeight - (height - HEAD_HEIGHT));

  const moveTo = useCallback(
    (wanted: number) => {
      if (!box) return;
      const first = Math.min(lastFirst, Math.max(0, wanted));
      box.scrollTop = isScaled ? (first / lastFirst) * range : first * ROW_HEIGHT;
      latest.current = { first, scrollTop: box.scrollTop };
      setPosition(latest.current);
    },
    [box, lastFirst, isScaled, range],
  );

  useEffect(() => {
    if (!box) return;
    const onScroll = () => {
      const { scrollTop } = box;
      // What `moveTo` has set is known better than the scroll bar can say it.
      if (Math.abs(scrollTop - latest.current.scrollTop) < 1) return;
      latest.current = { first: isScaled ? (scrollTop / range) * lastFirst : scrollTop / ROW_HEIGHT, scrollTop };
      setPosition(latest.current);
    };
    const onWheel = (event: WheelEvent) => {
      if (!isScaled || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      moveTo(latest.current.first + (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY : event.deltaY / ROW_HEIGHT));
    };
    const observer = new ResizeObserver(() => setHeight(box.clientHeight));
    observer.observe(box);
    box.addEventListener('scroll', onScroll, { passive: true });
    box.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', onScroll);
      box.removeEventListener('wheel', onWheel);
    };
  }, [box, isScaled, range, lastFirst, moveTo]);

  const { first, scrollTop } = position;
  return {
    start: Math.max(0, Math.floor(first) - OVERSCAN),
    end: Math.min(total, Math.ceil(first + rowsInView) + OVERSCAN),
    firstIndex: Math.min(total - 1, Math.ceil(first)),
    rowsInView,
    contentHeight,
    topOf: (index) => (isScaled ? scrollTop + (index - first) * ROW_HEIGHT : index * ROW_HEIGHT),
    moveTo,
    reveal: (index) => {
      if (index < first) moveTo(index);
      else if (index + 1 > first + rowsInView) moveTo(index + 1 - rowsInView);
      else setPosition({ ...latest.current });
    },
  };
}
