const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const CODES: Record<string, string> = { '`': 'Backquote', ',': 'Comma', '\\': 'Backslash', '/': 'Slash', '=': 'Equal', '-': 'Minus' };

/** "Ctrl+Shift+P" as the key library wants it: "$mod+Shift+KeyP" (codes, so that keyboard layouts do not matter for Shift). */
export function toTinykeys(keys: string): string {
  return keys
    .split(' ')
    .map((press) => {
      const parts = press.split('+');
      const key = parts.pop()!;
      const modifiers = parts.map((part) => (part === 'Ctrl' ? '$mod' : part));
      return [...modifiers, keyCode(key)].join('+');
    })
    .join(' ');
}

function keyCode(key: string): string {
  if (/^[A-Z]$/.test(key)) return `Key${key}`;
  if (/^[0-9]$/.test(key)) return `Digit${key}`;
  return CODES[key] ?? key;
}

/** As printed in menus: with the Mac's symbols on a Mac. */
export function displayKeys(keys: string): string {
  if (!isMac) return keys;
  return keys.replaceAll('Ctrl+', '⌘').replaceAll('Shift+', '⇧').replaceAll('Alt+', '⌥');
}
