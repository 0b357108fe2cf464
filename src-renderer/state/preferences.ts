import { create } from 'zustand';
import type { PreferenceScope } from '../../src-shared/contract.ts';
import { call, messageOf, onBackendEvent, onBackendReset } from './backend.ts';
import { appendOutput, WORKBENCH_CHANNEL } from './output.ts';
import { fits, PREFERENCES, type PreferenceKey, type PreferenceValue } from './preferenceList.ts';

type Values = Record<string, unknown>;

interface PreferencesState {
  user: Values;
  workspace: Values;
  /** Where the user's file lies, and why it is not understood. */
  userPath: string;
  problem: string | null;
}

/** What the person and the workspace have set, as stored; read a single one by `preference` or `usePreference`. */
export const usePreferences = create<PreferencesState>(() => ({ user: {}, workspace: {}, userPath: '', problem: null }));

/** The value in effect: the workspace's, else the user's, else the default. One that does not fit counts as not set. */
function effective<K extends PreferenceKey>(state: PreferencesState, key: K): PreferenceValue<K> {
  const set = [state.workspace[key], state.user[key]].find((value) => fits(key, value));
  return (set ?? PREFERENCES[key].default) as PreferenceValue<K>;
}

export const preference = <K extends PreferenceKey>(key: K): PreferenceValue<K> => effective(usePreferences.getState(), key);

export function usePreference<K extends PreferenceKey>(key: K): PreferenceValue<K> {
  return usePreferences((state) => effective(state, key));
}

async function refresh(): Promise<void> {
  const { user, workspace } = await call('preferences.get', {});
  usePreferences.setState({ user: user.values, workspace: workspace.values, userPath: user.path, problem: user.problem });
}

/** Reads the preferences and follows changes that other windows make. */
export async function loadPreferences(): Promise<void> {
  const refreshOrSay = () =>
    refresh().catch((error) =>
      appendOutput(WORKBENCH_CHANNEL, { atMs: Date.now(), level: 'warning', text: `preferences were not read: ${messageOf(error)}` }),
    );
  onBackendEvent('preferences.changed', () => void refreshOrSay());
  onBackendReset(() => void refreshOrSay());
  await refreshOrSay();
}

/** Replaces every preference of a scope; takes effect at once, and is taken back when it cannot be stored. */
export async function replacePreferences(scope: PreferenceScope, values: Values): Promise<void> {
  const before = usePreferences.getState()[scope];
  usePreferences.setState({ [scope]: values });
  try {
    await call('preferences.set', { scope, values });
  } catch (error) {
    usePreferences.setState({ [scope]: before });
    throw error;
  }
}

/** Sets one preference; undefined brings back what holds without it. */
export function setPreference(scope: PreferenceScope, key: string, value: unknown): Promise<void> {
  const { [key]: _old, ...others } = usePreferences.getState()[scope];
  return replacePreferences(scope, value === undefined ? others : { ...others, [key]: value });
}

/** Sets a preference where it takes effect: in the workspace when that has one of its own, for the user otherwise. */
export function changePreference<K extends PreferenceKey>(key: K, value: PreferenceValue<K>): Promise<void> {
  return setPreference(key in usePreferences.getState().workspace ? 'workspace' : 'user', key, value);
}
