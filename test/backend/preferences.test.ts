import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Preferences } from '../../src-main/backend/preferences.ts';
import { openWorkspace, type Workspace } from '../../src-main/store/workspace.ts';

let folder: string;
let path: string;
let workspace: Workspace;
let preferences: Preferences;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'userllm-preferences-'));
  path = join(folder, 'home', 'settings.json');
  workspace = openWorkspace(join(folder, 'workspace'));
  preferences = new Preferences(workspace.settings, path);
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('preferences', () => {
  it('are empty before anything is set', () => {
    expect(preferences.get()).toEqual({ user: { path, values: {}, problem: null }, workspace: { values: {} } });
  });

  it('of the user lie in a file that outlives the workspace, those of a workspace in it', () => {
    preferences.set('user', { 'appearance.theme': 'light' });
    preferences.set('workspace', { 'appearance.theme': 'dark' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'appearance.theme': 'light' });
    expect(readdirSync(join(folder, 'home'))).toEqual(['settings.json']);
    const other = openWorkspace(join(folder, 'other'));
    expect(new Preferences(other.settings, path).get()).toMatchObject({
      user: { values: { 'appearance.theme': 'light' } },
      workspace: { values: {} },
    });
    other.close();
    expect(new Preferences(workspace.settings, path).get().workspace.values).toEqual({ 'appearance.theme': 'dark' });
  });

  it('replace what was set before', () => {
    preferences.set('user', { a: 1, b: 2 });
    preferences.set('user', { b: 3 });
    expect(preferences.get().user.values).toEqual({ b: 3 });
  });

  it.each(['{ "appearance.theme": ', '[1]', '"text"'])('leave a file that is not understood (%s) as it is, and say so', (text) => {
    preferences.set('user', {});
    writeFileSync(path, text);
    const problem = `preferences: expected a JSON object in ${path}, got something else; mend or delete the file`;
    expect(preferences.get().user).toEqual({ path, values: {}, problem });
    expect(() => preferences.set('user', { a: 1 })).toThrow(problem);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});
