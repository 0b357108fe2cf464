import { type ComponentType, createContext, type ReactNode, useContext, useLayoutEffect, useReducer, useState } from 'react';

/** What stands in the place of a component whose code is being fetched. */
export const Waiting = createContext<ReactNode>(null);

const fetchers = new WeakMap<object, () => Promise<void>>();

/**
 * A component whose code is fetched when it is first shown. React's own `lazy` holds it back: what comes after the fallback of a Suspense
 * is not shown before the fallback has been on the screen for 300 ms.
 */
export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let Loaded: ComponentType<P> | null = null;
  const fetchCode = async () => {
    Loaded = (await load()).default;
  };
  function Lazy(props: P) {
    const waiting = useContext(Waiting);
    const [error, setError] = useState<unknown>(null);
    const [, showLoaded] = useReducer((count: number) => count + 1, 0);
    useLayoutEffect(() => {
      if (!Loaded) fetchCode().then(showLoaded, setError);
    }, []);
    if (error !== null) throw error;
    return Loaded ? <Loaded {...props} /> : waiting;
  }
  fetchers.set(Lazy, fetchCode);
  return Lazy;
}

/** Fetches the code of a lazy component that is not shown yet; where it cannot be had, whoever shows it finds out. */
export function fetchAhead(component: object): void {
  fetchers
    .get(component)?.()
    .catch(() => {});
}
