import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { messageOf, onBackendReset } from './backend.ts';

export interface Loadable<T> {
  status: 'loading' | 'ready' | 'failed';
  value: T;
  error: string | null;
}

export interface ListStore<T> {
  use: UseBoundStore<StoreApi<Loadable<T>>>;
  /** Reads the value anew; answers that arrive out of order are dropped. */
  refresh(): Promise<void>;
  update(change: (value: T) => T): void;
}

/** A value of the backend that the whole workbench shares, kept while it is read again. */
export function createListStore<T>(empty: T, read: () => Promise<T>): ListStore<T> {
  const use = create<Loadable<T>>(() => ({ status: 'loading', value: empty, error: null }));
  let latest = 0;
  const refresh = async () => {
    latest += 1;
    const mine = latest;
    try {
      const value = await read();
      if (mine === latest) use.setState({ status: 'ready', value, error: null });
    } catch (error) {
      if (mine === latest) use.setState({ status: 'failed', error: messageOf(error) });
    }
  };
  return { use, refresh, update: (change) => use.setState((state) => ({ value: change(state.value) })) };
}

interface Refreshable {
  refresh(): Promise<void>;
}

/**
 * Reads the stores now and after every backend reset: what is looked at first, and once that is there, what takes the machine longer.
 * Resolves when what is looked at first is there.
 */
export async function keepFresh({ first, later }: { first: Refreshable[]; later: Refreshable[] }): Promise<void> {
  const refreshEach = (stores: Refreshable[]) => Promise.all(stores.map((store) => store.refresh()));
  const refreshFirst = async () => {
    await refreshEach(first);
    void refreshEach(later);
  };
  onBackendReset(() => void refreshFirst());
  await refreshFirst();
}
