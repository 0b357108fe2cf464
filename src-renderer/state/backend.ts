import { useEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import type { EventName, EventPayload, Method, MethodInput, MethodOutput } from '../../src-shared/contract.ts';
import type { Connection, ConnectionState } from '../transport/connection.ts';

/** The page's one connection; set before the workbench is rendered. */
let connection: Connection | null = null;

export function startBackend(made: Connection): void {
  connection = made;
}

function connected(): Connection {
  if (!connection) throw new Error('backend: startBackend has not been called');
  return connection;
}

export function call<M extends Method>(method: M, input: MethodInput<M>): Promise<MethodOutput<M>> {
  return connected().call(method, input);
}

export function onBackendEvent<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
  return connected().onEvent((event) => {
    if (event.name === name) listener(event.payload as EventPayload<E>);
  });
}

/** Events were lost for good: whatever was read before may be stale. */
export function onBackendReset(listener: () => void): () => void {
  return connected().onReset(listener);
}

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(
    (listener) => connected().onStateChange(listener),
    () => connected().state,
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export interface Query<T> {
  value: T | null;
  error: string | null;
  loading: boolean;
  reload(): void;
}

/**
 * Reads once per `key` and again after a backend reset or `reload()`. The last value stays visible while a newer one is
 * read; an answer that arrives after the key has changed is dropped. A null key reads nothing.
 */
export function useQuery<T>(key: string | null, read: () => Promise<T>): Query<T> {
  const [generation, reload] = useReducer((count: number) => count + 1, 0);
  const [state, setState] = useState<{ key: string | null; value: T | null; error: string | null; done: number }>({
    key: null,
    value: null,
    error: null,
    done: -1,
  });
  const latestRead = useRef(read);
  latestRead.current = read;
  useEffect(() => onBackendReset(reload), []);
  useEffect(() => {
    if (key === null) return;
    let current = true;
    latestRead.current().then(
      (value) => current && setState({ key, value, error: null, done: generation }),
      (error) =>
        current && setState((old) => ({ key, value: old.key === key ? old.value : null, error: messageOf(error), done: generation })),
    );
    return () => {
      current = false;
    };
  }, [key, generation]);
  const mine = state.key === key;
  return {
    value: mine ? state.value : null,
    error: mine ? state.error : null,
    loading: key !== null && !(mine && state.done === generation),
    reload,
  };
}
