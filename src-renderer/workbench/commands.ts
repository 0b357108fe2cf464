import { tinykeys } from 'tinykeys';
import { usePreferences } from '../state/preferences.ts';
import { activeTarget } from './editors.ts';
import { notifyError } from './errorHelp.ts';
import { keysOf } from './keybindings.ts';
import { toTinykeys } from './keys.ts';
import { type Command, registry, type Target } from './registry.ts';
import { getSetting, setSetting } from './settings.ts';

const RECENT_KEY = 'workbench.recentCommands';
const RECENT_LENGTH = 20;

export function recentCommands(): string[] {
  const recent = getSetting<unknown>(RECENT_KEY, []);
  return Array.isArray(recent) ? recent.filter((id) => typeof id === 'string') : [];
}

function remember(id: string): void {
  setSetting(RECENT_KEY, [id, ...recentCommands().filter((other) => other !== id)].slice(0, RECENT_LENGTH));
}

export function isEnabled(command: Command, target: Target = activeTarget()): boolean {
  return command.enabled?.(target) ?? true;
}

/** Runs a command on a target (the active editor's where none is given); its failure is shown, not thrown. */
export function runCommand(id: string, target: Target = activeTarget(), options: { remember?: boolean } = {}): void {
  const command = registry.commands.get(id);
  if (!command) throw new Error(`commands: no command is called "${id}"`);
  if (!isEnabled(command, target)) return;
  if (options.remember) remember(id);
  Promise.resolve()
    .then(() => command.run(target))
    .catch((error) => notifyError(error, `${command.category}: ${command.label}`));
}

/** Binds every command's keys, ahead of editors and form fields, and again when the person changes them. The first enabled command of a key wins. */
export function installKeybindings(page: Window): void {
  let remove = bindKeys(page);
  usePreferences.subscribe((now, before) => {
    if (now.user === before.user && now.workspace === before.workspace) return;
    remove();
    remove = bindKeys(page);
  });
}

function bindKeys(page: Window): () => void {
  const byKey = new Map<string, Command[]>();
  for (const command of registry.commands.values()) {
    for (const keys of keysOf(command).map(toTinykeys)) byKey.set(keys, [...(byKey.get(keys) ?? []), command]);
  }
  // Chords first: their second press is not one for what it would do alone.
  const chordsFirst = [...byKey].sort(([a], [b]) => Number(b.includes(' ')) - Number(a.includes(' ')));
  const handlers = chordsFirst.map(([keys, commands]) => [keys, (event: KeyboardEvent) => runFirst(commands, event)] as const);
  return tinykeys(page, Object.fromEntries(handlers), { capture: true, ignore: (event) => event.isComposing || isRecording(event) });
}

/** While keys are recorded for a command, they run none. */
const isRecording = (event: KeyboardEvent): boolean =>
  event.target instanceof Element && event.target.closest('[data-records-keys]') !== null;

function runFirst(commands: Command[], event: KeyboardEvent): void {
  const command = commands.find((candidate) => isEnabled(candidate));
  if (!command || event.defaultPrevented) return;
  event.preventDefault();
  event.stopPropagation();
  runCommand(command.id);
}
