import { call, messageOf } from '../state/backend.ts';
import { appendOutput, WORKBENCH_CHANNEL } from '../state/output.ts';

/** Settings live in the workspace; this is the page's copy, written back shortly after a change. */
let values: Record<string, unknown> = {};
let unsaved: Record<string, unknown> = {};
let timer: ReturnType<typeof setTimeout> | undefined;
const SAVE_DELAY_MS = 300;

export async function loadSettings(): Promise<void> {
  values = { ...(await call('settings.get', {})), ...unsaved };
}

export function getSetting<T>(key: string, fallback: T): T {
  return key in values ? (values[key] as T) : fallback;
}

export function setSetting(key: string, value: unknown): void {
  values[key] = value;
  unsaved[key] = value;
  clearTimeout(timer);
  timer = setTimeout(() => void saveSettings(), SAVE_DELAY_MS);
}

/** Writes what has changed; also called when the page goes away. */
export async function saveSettings(): Promise<void> {
  clearTimeout(timer);
  if (Object.keys(unsaved).length === 0) return;
  const saving = unsaved;
  unsaved = {};
  try {
    await call('settings.set', { values: saving });
  } catch (error) {
    unsaved = { ...saving, ...unsaved };
    appendOutput(WORKBENCH_CHANNEL, { atMs: Date.now(), level: 'warning', text: `settings were not saved: ${messageOf(error)}` });
  }
}
