import { useEffect, useState } from 'react';
import { call, messageOf, onBackendEvent, onBackendReset } from './backend.ts';
import type { OutputLine } from './output.ts';

const KEEP_LINES = 20_000;

/** A run's log: read once, then followed. Lines that arrive while it is read are not doubled. */
export function useRunLog(runId: string | null): { lines: readonly OutputLine[]; error: string | null; loaded: boolean } {
  const [state, setState] = useState<{ lines: readonly OutputLine[]; error: string | null; loaded: boolean }>(NOTHING);
  useEffect(() => {
    setState(NOTHING);
    if (runId === null) return;
    let current = true;
    let early: OutputLine[] | null = [];
    const read = () => {
      call('runs.log', { runId }).then(
        (lines) => {
          if (!current) return;
          const last = lines.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
          const later = (early ?? []).filter((line) => line.atMs > last);
          early = null;
          setState({ lines: [...lines, ...later], error: null, loaded: true });
        },
        (error) => current && setState((old) => ({ ...old, error: messageOf(error) })),
      );
    };
    const stopEvents = onBackendEvent('run.log', ({ runId: id, ...line }) => {
      if (id !== runId) return;
      if (early) early.push(line);
      else setState((old) => ({ ...old, lines: [...old.lines, line].slice(-KEEP_LINES) }));
    });
    const stopResets = onBackendReset(read);
    read();
    return () => {
      current = false;
      stopEvents();
      stopResets();
    };
  }, [runId]);
  return state;
}

const NOTHING = { lines: [], error: null, loaded: false };
