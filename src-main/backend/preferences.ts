import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MethodOutput, PreferenceScope } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { SettingsStore } from '../store/settingsStore.ts';

type Values = Record<string, unknown>;

const WORKSPACE_KEY = 'preferences';

/** Where the preferences of a person lie, for all their workspaces: USERLLM_SETTINGS, or `.userllm/settings.json` in the home folder. */
export const userPreferencesPath = (): string => process.env.USERLLM_SETTINGS ?? join(homedir(), '.userllm', 'settings.json');

/** How a person wants the workbench: a JSON file for all workspaces, and what one workspace says against it. */
export class Preferences {
  private readonly settings: SettingsStore;
  private readonly path: string;

  constructor(settings: SettingsStore, path: string) {
    this.settings = settings;
    this.path = path;
  }

  /** A file that cannot be read is named in `problem`, and counts as empty. */
  get(): MethodOutput<'preferences.get'> {
    const workspace = { values: (this.settings.get(WORKSPACE_KEY) ?? {}) as Values };
    try {
      return { user: { path: this.path, values: this.readUser(), problem: null }, workspace };
    } catch (error) {
      return { user: { path: this.path, values: {}, problem: (error as Error).message }, workspace };
    }
  }

  /** Replaces everything of one scope. A user file that is not understood is left as it is. */
  set(scope: PreferenceScope, values: Values): void {
    if (scope === 'workspace') this.settings.set({ [WORKSPACE_KEY]: values });
    else this.writeUser(values);
  }

  private writeUser(values: Values): void {
    this.readUser();
    mkdirSync(dirname(this.path), { recursive: true });
    const temporary = `${this.path}.tmp-${process.pid}`;
    writeFileSync(temporary, `${JSON.stringify(values, null, 2)}\n`);
    renameSync(temporary, this.path);
  }

  private readUser(): Values {
    const text = readIfThere(this.path);
    if (text.trim() === '') return {};
    const value = parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw notUnderstood(this.path);
    return value as Values;
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new AppError(
      'file-not-readable',
      `preferences: expected to read ${path}, got "${(error as Error).message}"; check the file's rights`,
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const notUnderstood = (path: string) =>
  new AppError('file-not-readable', `preferences: expected a JSON object in ${path}, got something else; mend or delete the file`);
