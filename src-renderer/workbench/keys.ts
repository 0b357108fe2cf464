const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const CODES: Record<string, string> = {
  '`': 'Backquote',
  ',': 'Comma',
  '.': 'Period',
  '\\': 'Backslash',
  '/': 'Slash',
  '=': 'Equal',
  '-': 'Minus',
  ';': 'Semicolon',
  "'": 'Quote',
  '[': 'BracketLeft',
  ']': 'BracketRight',
};
const KEYS = Object.fromEntries(Object.entries(CODES).map(([key, code]) => [code, key]));

/** "Ctrl+Shift+P" as the key library wants it: "$mod+Shift+KeyP" (codes, so that keyboard layouts do not matter for Shift). */
export function toTinykeys(keys: string): string {
  return keys
    .split(' ')
    .map((press) => {
      const { modifiers, key } = partsOf(press);
      return [...modifiers.map((part) => (part === 'Ctrl' ? '$mod' : part)), keyCode(key)].join('+');
    })
    .join(' ');
}

function partsOf(press: string): { modifiers: string[]; key: string } {
  const parts = press.split('+');
  return { key: parts.at(-1)!, modifiers: parts.slice(0, -1) };
}

function keyCode(key: string): string {
  if (/^[A-Z]$/.test(key)) return `Key${key}`;
  if (/^[0-9]$/.test(key)) return `Digit${key}`;
  return CODES[key] ?? key;
}

const MODIFIERS = ['Ctrl', 'Shift', 'Alt'] as const;
const NAMED = /^(F\d{1,2}|Enter|Escape|Tab|Backspace|Delete|Insert|Home|End|PageUp|PageDown|Space|Arrow(Up|Down|Left|Right))$/;

/** Keys with their modifiers in one order, so that the same keys are the same text; null when they are none: "Ctrl+", "Foo". */
export function normaliseKeys(text: string): string | null {
  const presses = text.trim().split(/\s+/).map(normalisePress);
  return presses.length <= 2 && presses.every((press) => press !== null) ? presses.join(' ') : null;
}

function normalisePress(press: string): string | null {
  const { modifiers, key } = partsOf(press);
  const isKey = /^[A-Z0-9]$/.test(key) || Object.hasOwn(CODES, key) || NAMED.test(key);
  const known = modifiers.every((modifier) => (MODIFIERS as readonly string[]).includes(modifier));
  if (!isKey || !known) return null;
  return [...MODIFIERS.filter((modifier) => modifiers.includes(modifier)), key].join('+');
}

type Press = Pick<KeyboardEvent, 'code' | 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

/** A press as text ("Ctrl+Shift+P"); null for a modifier alone, and for a key that could not be typed any more if it were taken. */
export function keysOfPress(event: Press): string | null {
  const key = keyOf(event);
  if (key === null) return null;
  const held = { Ctrl: isMac ? event.metaKey : event.ctrlKey, Shift: event.shiftKey, Alt: event.altKey };
  const types = !held.Ctrl && !held.Alt && !/^F\d+$/.test(key);
  return types ? null : [...MODIFIERS.filter((modifier) => held[modifier]), key].join('+');
}

function keyOf({ code, key }: Press): string | null {
  if (/^(Key[A-Z]|Digit[0-9])$/.test(code)) return code.at(-1)!;
  return KEYS[code] ?? (NAMED.test(key) ? key : NAMED.test(code) ? code : null);
}

/** As printed in menus: with the Mac's symbols on a Mac. */
export function displayKeys(keys: string): string {
  if (!isMac) return keys;
  return keys.replaceAll('Ctrl+', '⌘').replaceAll('Shift+', '⇧').replaceAll('Alt+', '⌥');
}
