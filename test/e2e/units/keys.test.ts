import { describe, expect, it } from 'vitest';
import { fits, PREFERENCES, preferencesJsonSchema } from '../../../src-renderer/state/preferenceList.ts';
import { preference, usePreferences } from '../../../src-renderer/state/preferences.ts';
import { conflictsOf, keysOf } from '../../../src-renderer/workbench/keybindings.ts';
import { keysOfPress, normaliseKeys, toTinykeys } from '../../../src-renderer/workbench/keys.ts';
import { parsePreferences } from '../../../src-renderer/workbench/preferences/parsePreferences.ts';

const press = (code: string, key: string, held: Partial<Record<'ctrlKey' | 'shiftKey' | 'altKey', boolean>> = {}) => ({
  code,
  key,
  ctrlKey: false,
  shiftKey: false,
  altKey: false,
  metaKey: false,
  ...held,
});

describe('keys', () => {
  it('are the same text whatever the order of their modifiers', () => {
    expect(normaliseKeys('Shift+Ctrl+P')).toBe('Ctrl+Shift+P');
    expect(normaliseKeys(' Ctrl+K  Alt+Shift+Enter ')).toBe('Ctrl+K Shift+Alt+Enter');
  });

  it.each(['', 'Ctrl+', 'Strg+P', 'Ctrl+Foo', 'Ctrl+p', 'Ctrl+A Ctrl+B Ctrl+C'])('"%s" are none', (text) => {
    expect(normaliseKeys(text)).toBeNull();
  });

  it('are recorded from a press by the place of the key, not by what Shift makes of it', () => {
    expect(keysOfPress(press('KeyP', 'P', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+P');
    expect(keysOfPress(press('Backslash', '|', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+\\');
    expect(keysOfPress(press('F6', 'F6'))).toBe('F6');
    expect(keysOfPress(press('PageDown', 'PageDown', { altKey: true }))).toBe('Alt+PageDown');
  });

  it('that are needed to type, and modifiers alone, are not recorded', () => {
    expect(keysOfPress(press('KeyA', 'a'))).toBeNull();
    expect(keysOfPress(press('KeyA', 'A', { shiftKey: true }))).toBeNull();
    expect(keysOfPress(press('Enter', 'Enter'))).toBeNull();
    expect(keysOfPress(press('ControlLeft', 'Control', { ctrlKey: true }))).toBeNull();
  });

  it('are what is recorded when they are pressed again', () => {
    const keys = keysOfPress(press('Comma', ',', { ctrlKey: true }))!;
    expect(normaliseKeys(keys)).toBe(keys);
    expect(toTinykeys(keys)).toBe('$mod+Comma');
  });
});

describe('conflicts of keys', () => {
  const bindings = [
    { id: 'save', keys: ['Ctrl+S'] },
    { id: 'theme', keys: ['Ctrl+K Ctrl+T'] },
    { id: 'none', keys: [] },
  ];

  it('are the same keys, and keys that begin a chord', () => {
    expect(conflictsOf('other', ['Ctrl+S'], bindings)).toEqual(['save']);
    expect(conflictsOf('other', ['Ctrl+K'], bindings)).toEqual(['theme']);
    expect(conflictsOf('other', ['Ctrl+S Ctrl+A'], bindings)).toEqual(['save']);
    expect(conflictsOf('other', ['Ctrl+K Ctrl+S', 'Ctrl+Shift+S'], bindings)).toEqual([]);
  });

  it('are never with the command itself', () => {
    expect(conflictsOf('save', ['Ctrl+S'], bindings)).toEqual([]);
  });
});

describe('a command', () => {
  it('has its own keys instead of the usual ones, or none', () => {
    const command = { id: 'editor.save', keys: ['Ctrl+S'] };
    expect(keysOf(command)).toEqual(['Ctrl+S']);
    usePreferences.setState({ user: { 'keyboard.shortcuts': { 'editor.save': ['Shift+Ctrl+S', 'nonsense+'] } } });
    expect(keysOf(command)).toEqual(['Ctrl+Shift+S']);
    usePreferences.setState({ user: { 'keyboard.shortcuts': { 'editor.save': [] } } });
    expect(keysOf(command)).toEqual([]);
    usePreferences.setState({ user: {} });
  });
});

describe('a preference', () => {
  it("is the workspace's, else the user's, else the usual one, and never one that does not fit", () => {
    expect(preference('editor.fontSize')).toBe(13);
    usePreferences.setState({ user: { 'editor.fontSize': 16 } });
    expect(preference('editor.fontSize')).toBe(16);
    usePreferences.setState({ workspace: { 'editor.fontSize': 20 } });
    expect(preference('editor.fontSize')).toBe(20);
    usePreferences.setState({ workspace: { 'editor.fontSize': 'large' } });
    expect(preference('editor.fontSize')).toBe(16);
    usePreferences.setState({ user: { 'editor.fontSize': 500 }, workspace: {} });
    expect(preference('editor.fontSize')).toBe(13);
    usePreferences.setState({ user: {} });
  });

  it('has a usual value that fits it, and a place in the schema', () => {
    for (const [key, { default: usual }] of Object.entries(PREFERENCES))
      expect(fits(key as keyof typeof PREFERENCES, usual), key).toBe(true);
    expect(Object.keys(preferencesJsonSchema().properties as object)).toEqual(Object.keys(PREFERENCES));
  });

  it('of several keys is refused unless each has a list of texts', () => {
    expect(fits('keyboard.shortcuts', { 'editor.save': ['Ctrl+S'] })).toBe(true);
    expect(fits('keyboard.shortcuts', { 'editor.save': 'Ctrl+S' })).toBe(false);
    expect(fits('keyboard.shortcuts', null)).toBe(false);
  });
});

describe('settings as JSON', () => {
  it('may hold comments and trailing commas', () => {
    expect(parsePreferences('{ // mine\n "appearance.zoom": 110, }')).toEqual({ 'appearance.zoom': 110 });
  });

  it('that are broken are refused with the line', () => {
    const message = 'settings: expected JSON, got CommaExpected in line 2; mend it and save again';
    expect(() => parsePreferences('{ "a": 1\n "b": 2 }')).toThrow(message);
    expect(() => parsePreferences('[]')).toThrow('settings: expected an object in braces, got something else; begin with { and end with }');
  });
});
