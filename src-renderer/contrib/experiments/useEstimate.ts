import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { Estimate, EstimateStatus } from '../../../src-shared/estimate.ts';
import type { StageName } from '../../../src-shared/run.ts';
import { call, messageOf, onBackendEvent } from '../../state/backend.ts';
import { isRunActive, runs } from '../../state/stores.ts';
import type { Validation } from './useValidation.ts';

/** Nothing is measured while somebody types. */
const PAUSE_MS = 1500;

export interface EstimateState {
  /** Of the last text that was right; null while it is not known. */
  estimate: Estimate | null;
  /** The stage that is being measured; null when none is. */
  measuring: StageName | 'preparation' | null;
  /** Why it is not measured unasked. */
  onRequest: EstimateStatus['onRequest'];
  error: string | null;
  measure(): void;
  cancel(): void;
}

interface Known {
  text: string;
  status: EstimateStatus | null;
  error: string | null;
}

/**
 * Time and memory of the experiment: what has been measured before at once, else measured when nobody has typed for a moment, unless that takes
 * long or a run is going on.
 */
export function useEstimate(text: string | null, validation: Validation): EstimateState {
  const [known, setKnown] = useState<Known | null>(null);
  const [measuring, setMeasuring] = useState<{ key: string; stage: StageName | 'preparation' } | null>(null);
  /** Keys whose measurement was cancelled or failed: they wait to be asked for. */
  const given = useRef(new Set<string>());
  const valid = text !== null && !validation.stale && validation.plan !== null ? text : null;
  const [asked, askAgain] = useReducer((count: number) => count + 1, 0);
  const isBusy = runs.use((state) => state.value.some(isRunActive));

  const measure = useCallback(async (of: string, key: string) => {
    given.current.delete(key);
    setMeasuring({ key, stage: 'preparation' });
    try {
      await call('experiments.measure', { text: of });
      // The text may have changed since, in numbers that are not measured.
      askAgain();
    } catch (failure) {
      given.current.add(key);
      const isCancelled = (failure as { code?: string }).code === 'cancelled';
      setKnown((old) => (old?.status?.key === key && !isCancelled ? { ...old, error: messageOf(failure) } : old));
    } finally {
      setMeasuring((old) => (old?.key === key ? null : old));
    }
  }, []);

  // A run that begins or ends changes what is asked for unasked, and which stages are trained already.
  // biome-ignore lint/correctness/useExhaustiveDependencies: isBusy and asked are reasons to ask again
  useEffect(() => {
    if (valid === null) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    call('experiments.estimate', { text: valid }).then(
      (status) => {
        if (!current) return;
        setKnown({ text: valid, status, error: null });
        const { key, estimate, onRequest } = status;
        if (key === null || estimate || onRequest || given.current.has(key)) return;
        timer = setTimeout(() => void measure(valid, key), PAUSE_MS);
      },
      (failure: unknown) => current && setKnown({ text: valid, status: null, error: messageOf(failure) }),
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [valid, isBusy, asked, measure]);

  useEffect(
    () =>
      onBackendEvent('estimate.progress', ({ key, stage }) => {
        if (stage !== null) setMeasuring((old) => (old?.key === key ? { key, stage } : old));
      }),
    [],
  );

  const key = known?.status?.key ?? null;
  const running = measuring?.key ?? null;
  // A measurement that nobody waits for any more only takes the machine.
  useEffect(() => {
    if (running === null) return;
    return () => void call('experiments.cancelMeasuring', { key: running }).catch(() => undefined);
  }, [running]);
  useEffect(() => {
    if (running !== null && key !== null && running !== key) setMeasuring(null);
  }, [running, key]);

  return {
    estimate: known?.status?.estimate ?? null,
    measuring: measuring !== null && measuring.key === key ? measuring.stage : null,
    onRequest: known?.status?.onRequest ?? null,
    error: known?.error ?? null,
    measure: () => void (known && key !== null && measure(known.text, key)),
    cancel: () => setMeasuring(null),
  };
}
