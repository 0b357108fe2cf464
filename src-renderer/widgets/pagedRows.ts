import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react';

const PAGE = 200;
const KEPT_PAGES = 60;
/** Rows that fly by while a scroll bar is dragged are not read. */
const REST_MS = 40;

export interface PageOf<Row> {
  total: number;
  rows: Row[];
}

class Pages<Row> {
  total: number | null = null;
  error: string | null = null;
  /** Null while a page is being read. */
  readonly byNumber = new Map<number, Row[] | null>();

  rowAt(index: number): Row | undefined {
    return this.byNumber.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  keep(page: number, { total, rows }: PageOf<Row>): void {
    this.total = total;
    this.byNumber.delete(page);
    this.byNumber.set(page, rows);
    for (const old of this.byNumber.keys()) if (this.byNumber.size > KEPT_PAGES && old !== page) this.byNumber.delete(old);
  }
}

export interface PagedRows<Row> {
  /** Null until the first page has come. */
  total: number | null;
  error: string | null;
  rowAt(index: number): Row | undefined;
  /** Reads what is not there yet of the rows [first, last]. */
  want(first: number, last: number): void;
  retry(): void;
}

/** Rows that are read page by page as they are wanted. The rows of the last `key` stay until the first ones of a new key have come. */
export function usePagedRows<Row>(key: string, load: (offset: number, limit: number) => Promise<PageOf<Row>>): PagedRows<Row> {
  const [generation, redraw] = useReducer((count: number) => count + 1, 0);
  const latestLoad = useRef(load);
  latestLoad.current = load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key means other rows
  const pages = useMemo(() => new Pages<Row>(), [key]);
  const shown = useRef(pages);
  if (pages.total !== null || pages.error !== null) shown.current = pages;
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);

  const read = useCallback(
    (page: number) => {
      if (pages.byNumber.has(page)) return;
      pages.byNumber.set(page, null);
      latestLoad.current(page * PAGE, PAGE).then(
        (result) => {
          pages.error = null;
          pages.keep(page, result);
          redraw();
        },
        (error: unknown) => {
          pages.byNumber.delete(page);
          pages.error = error instanceof Error ? error.message : String(error);
          redraw();
        },
      );
    },
    [pages],
  );
  useEffect(() => read(0), [read]);
  useEffect(() => () => clearTimeout(resting.current), []);
  const want = useCallback(
    (first: number, last: number) => {
      clearTimeout(resting.current);
      resting.current = setTimeout(() => {
        for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) read(page);
      }, REST_MS);
    },
    [read],
  );
  return useMemo(() => {
    const { total, error } = shown.current;
    return { total, error, want, rowAt: (index) => shown.current.rowAt(index), retry: () => read(0), generation };
  }, [want, read, generation]);
}
