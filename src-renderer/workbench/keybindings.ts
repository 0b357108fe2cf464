import { changePreference, preference } from '../state/preferences.ts';
import { displayKeys, normaliseKeys } from './keys.ts';
import { type Command, registry } from './registry.ts';

/** The keys of one command. */
export interface Keybinding {
  id: string;
  keys: readonly string[];
}

/** The keys a command has: the person's own where there are some, its usual ones otherwise. */
export function keysOf(command: Pick<Command, 'id' | 'keys'>): string[] {
  const own = preference('keyboard.shortcuts')[command.id];
  return (own ?? command.keys ?? []).map(normaliseKeys).filter((keys) => keys !== null);
}

/** The first keys of a command as they are printed; undefined where it has none. */
export function shownKeys(command: Pick<Command, 'id' | 'keys'> | undefined): string | undefined {
  const first = command && keysOf(command)[0];
  return first && displayKeys(first);
}

export const hasOwnKeys = (commandId: string): boolean => Object.hasOwn(preference('keyboard.shortcuts'), commandId);

/** Gives a command other keys; null gives it back its usual ones. */
export function setKeys(commandId: string, keys: string[] | null): Promise<void> {
  const { [commandId]: _old, ...others } = preference('keyboard.shortcuts');
  return changePreference('keyboard.shortcuts', keys === null ? others : { ...others, [commandId]: keys });
}

export function allKeybindings(): Keybinding[] {
  return [...registry.commands.values()].map((command) => ({ id: command.id, keys: keysOf(command) }));
}

/** Whether pressing one is, or begins, the other: a press that begins a chord cannot also be a shortcut. */
const collide = (a: string, b: string): boolean => a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);

/** The other commands that these keys would run, or keep from running. */
export function conflictsOf(commandId: string, keys: readonly string[], bindings: readonly Keybinding[]): string[] {
  const others = bindings.filter((other) => other.id !== commandId);
  return others.filter((other) => other.keys.some((theirs) => keys.some((ours) => collide(ours, theirs)))).map((other) => other.id);
}
