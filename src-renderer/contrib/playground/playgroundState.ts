import { useState } from 'react';
import { z } from 'zod';
import { historyEventSchema } from '../../../src-shared/history.ts';
import { getSetting, setSetting } from '../../workbench/settings.ts';
import { COLUMN_IDS } from './columns.ts';

const userId = z.number().int().min(0);

/** Everything of the playground that a person has chosen for a run; it outlives the page. */
const playgroundStateSchema = z.object({
  userId,
  anotherUserId: userId,
  /** The history of that user as it was changed; null: as it is. `added`: titles of items that were added, by ItemId. */
  edited: z.object({ userId, events: z.array(historyEventSchema), added: z.record(z.string(), z.string()) }).nullable(),
  textRunId: z.string(),
  gateScale: z.number().min(0).max(10),
  hidden: z.array(z.enum(COLUMN_IDS)),
  form: z.object({
    /** null: what the run asks. */
    prompt: z.string().nullable(),
    maxTokens: z.string(),
    temperature: z.string(),
    seed: z.string(),
  }),
});
export type PlaygroundState = z.infer<typeof playgroundStateSchema>;

/** `fingerprint`: of the dataset whose users and events it names. */
const rememberedSchema = z.object({ runId: z.string(), fingerprint: z.string(), state: playgroundStateSchema });
type Remembered = z.infer<typeof rememberedSchema>;

/** Which playground: of a run, on the dataset as it is now. */
export type PlaygroundKey = Pick<Remembered, 'runId' | 'fingerprint'>;

const SETTING = 'playground.runs';
const KEPT_RUNS = 20;

/** What does not fit, an earlier version may have written. */
function remembered(): Remembered[] {
  const stored = getSetting<unknown>(SETTING, []);
  return Array.isArray(stored) ? stored.flatMap((each) => rememberedSchema.safeParse(each).data ?? []) : [];
}

/** What was chosen for a run; null where nothing was, or its dataset has become another. */
export function readPlayground({ runId, fingerprint }: PlaygroundKey): PlaygroundState | null {
  return remembered().find((each) => each.runId === runId && each.fingerprint === fingerprint)?.state ?? null;
}

export function rememberPlayground(key: PlaygroundKey, state: PlaygroundState): void {
  const others = remembered().filter(({ runId }) => runId !== key.runId);
  setSetting(SETTING, [{ ...key, state }, ...others].slice(0, KEPT_RUNS));
}

/** The state of the playground, remembered with every change. */
export function usePlaygroundState(key: PlaygroundKey, initial: PlaygroundState) {
  const [state, setState] = useState(initial);
  const change = (to: Partial<PlaygroundState>) => {
    const next = { ...state, ...to };
    setState(next);
    rememberPlayground(key, next);
  };
  return [state, change] as const;
}
