import { useEffect, useState } from 'react';
import type { Plan } from '../../../src-shared/contract.ts';
import type { Problem } from '../../../src-shared/experiment.ts';
import type { SweepPreview } from '../../../src-shared/sweep.ts';
import { call, messageOf } from '../../state/backend.ts';
import { clearProblems, setProblems } from '../../state/problems.ts';
import { requestReveal } from '../../state/reveal.ts';
import { openExperiment } from './experimentActions.ts';

const DEBOUNCE_MS = 250;

export interface Validation {
  problems: Problem[];
  /** The plan of the last text that was right. */
  plan: Plan | null;
  /** The sweep of that text; null without one. */
  sweep: SweepPreview | null;
  /** The text has changed since. */
  stale: boolean;
  error: string | null;
}

interface Checked {
  text: string;
  problems: Problem[];
  plan: Plan | null;
  sweep: SweepPreview | null;
  error: string | null;
}

/** Checks the text a moment after the last change; what is wrong also goes to the Problems panel. */
export function useValidation(path: string, name: string, text: string | null): Validation {
  const [checked, setChecked] = useState<Checked | null>(null);
  useEffect(() => {
    if (text === null) return;
    let current = true;
    const check = async () => {
      try {
        const { problems, plan, sweep } = await call('experiments.validate', { text });
        if (!current) return;
        setChecked((old) => ({ text, problems, plan: plan ?? old?.plan ?? null, sweep: plan ? sweep : (old?.sweep ?? null), error: null }));
        setProblems({
          path,
          name,
          icon: 'beaker',
          problems,
          open: ({ line, column }) => {
            requestReveal({ path, line, column });
            openExperiment(path);
          },
        });
      } catch (failure) {
        if (current)
          setChecked((old) => ({ text, problems: [], plan: old?.plan ?? null, sweep: old?.sweep ?? null, error: messageOf(failure) }));
      }
    };
    const timer = setTimeout(() => void check(), DEBOUNCE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [path, name, text]);
  useEffect(() => () => clearProblems(path), [path]);
  return {
    problems: checked?.problems ?? [],
    plan: checked?.plan ?? null,
    sweep: checked?.sweep ?? null,
    stale: checked?.text !== text || (checked?.problems.length ?? 0) > 0,
    error: checked?.error ?? null,
  };
}
