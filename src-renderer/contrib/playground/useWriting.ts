import { useCallback, useEffect, useRef, useState } from 'react';
import type { MethodOutput } from '../../../src-shared/contract.ts';
import type { GeneratedText } from '../../../src-shared/model.ts';
import { call, messageOf, onBackendEvent } from '../../state/backend.ts';
import type { ColumnId, ColumnRequest } from './columns.ts';

export interface WrittenColumn {
  /** The text so far, token by token. */
  pieces: string[];
  /** null while it is being written, or when that has failed. */
  result: GeneratedText | null;
  candidates: MethodOutput<'runs.generate'>['candidates'] | null;
  error: string | null;
  writing: boolean;
}

export interface WritingOptions {
  /** Whether answers come from a catalogue. */
  closed: boolean;
  prompt: string;
  maxTokens: number;
  temperature: number;
  seed: number;
}

type Columns = Partial<Record<ColumnId, WrittenColumn>>;

const TOP_ITEMS = 5;
const EMPTY: WrittenColumn = { pieces: [], result: null, candidates: null, error: null, writing: true };

/** Writes the columns, one after the other in one process; another round ends the one before. */
export function useWriting() {
  const [columns, setColumns] = useState<Columns>({});
  const round = useRef(0);
  /** Columns by the ids of the texts that are being written. */
  const going = useRef(new Map<string, ColumnId>());
  const change = useCallback((column: ColumnId, mine: number, make: (before: WrittenColumn) => Partial<WrittenColumn>) => {
    if (mine !== round.current) return;
    setColumns((all) => {
      const before = all[column] ?? EMPTY;
      return { ...all, [column]: { ...before, ...make(before) } };
    });
  }, []);
  const stop = useCallback(() => {
    for (const generationId of going.current.keys()) void call('models.stopGeneration', { generationId });
  }, []);
  useEffect(() => {
    const unsubscribe = onBackendEvent('generation.text', ({ generationId, text }) => {
      const column = going.current.get(generationId);
      if (column) change(column, round.current, ({ pieces }) => ({ pieces: [...pieces, text] }));
    });
    return () => {
      unsubscribe();
      stop();
    };
  }, [change, stop]);
  const follow = useCallback(async <T>(column: ColumnId, run: (generationId: string) => Promise<T>): Promise<T> => {
    const generationId = crypto.randomUUID();
    going.current.set(generationId, column);
    return run(generationId).finally(() => going.current.delete(generationId));
  }, []);
  const write = useCallback(
    async (requests: [ColumnId, ColumnRequest][], { prompt, closed, ...options }: WritingOptions) => {
      stop();
      going.current.clear();
      round.current += 1;
      const mine = round.current;
      setColumns(Object.fromEntries(requests.map(([column]) => [column, EMPTY])));
      const texts = requests.map(([column, request]) =>
        follow(column, (generationId) => call('runs.write', { ...request, prompt, options, generationId })).then(
          (result) => change(column, mine, () => ({ result, pieces: result.pieces })),
          (error) => change(column, mine, () => ({ error: failureOf(error) })),
        ),
      );
      const tops = requests.map(([column, request]) =>
        follow(column, (generationId) => call('runs.generate', { ...request, constrained: closed, beams: TOP_ITEMS, generationId })).then(
          ({ candidates }) => change(column, mine, () => ({ candidates })),
          (error) => change(column, mine, (before) => ({ error: before.error ?? failureOf(error) })),
        ),
      );
      await Promise.all(
        requests.map(async ([column], at) => {
          await Promise.all([texts[at], tops[at]]);
          change(column, mine, () => ({ writing: false }));
        }),
      );
    },
    [change, follow, stop],
  );
  const writing = Object.values(columns).some((column) => column.writing);
  return { columns, writing, write, stop };
}

/** A text that the person has stopped is no failure. */
function failureOf(error: unknown): string | null {
  return (error as { code?: string }).code === 'cancelled' ? null : messageOf(error);
}
