import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { SCHEMA_VERSION, schemaVersion, transact } from '../../src-main/store/database.ts';
import { openWorkspace } from '../../src-main/store/workspace.ts';
import { errorOf, temporaryFolder, temporaryWorkspace } from './temporaryWorkspace.ts';

const openRepeatedly = fileURLToPath(new URL('./openRepeatedly.ts', import.meta.url));

async function exitCode(script: string, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

/** A process id that no process has any more. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid!;
}

describe('a workspace', () => {
  it('is created with its folders, in write-ahead mode, with foreign keys enforced', () => {
    const workspace = temporaryWorkspace();
    expect(readdirSync(workspace.path)).toEqual(expect.arrayContaining(['blobs', 'temporary', 'workspace.db']));
    expect(workspace.database.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(workspace.database.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(schemaVersion(workspace.database)).toBe(SCHEMA_VERSION);
  });

  it('uses strict tables only', () => {
    const { database } = temporaryWorkspace();
    const loose = database
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'")
      .all();
    expect(loose).toEqual([]);
  });

  it('keeps its content when opened again', () => {
    const workspace = temporaryWorkspace();
    workspace.settings.set({ theme: 'dark' });
    workspace.close();
    expect(temporaryWorkspace(workspace.path).settings.get('theme')).toBe('dark');
  });

  it('refuses a workspace of a newer version and leaves it as it is', () => {
    const workspace = temporaryWorkspace();
    workspace.database.pragma('user_version = 999');
    expect(errorOf(() => openWorkspace(workspace.path))).toEqual({
      code: 'workspace-too-new',
      message: `workspace "${workspace.databasePath}": expected version ${SCHEMA_VERSION} or older, got version 999; open it with a newer User-LLM Workbench`,
    });
    expect(schemaVersion(workspace.database)).toBe(999);
  });

  it('refuses a file in the place of the folder', () => {
    const file = join(temporaryFolder(), 'notes.txt');
    writeFileSync(file, 'hello');
    expect(errorOf(() => openWorkspace(file))).toEqual({
      code: 'input-invalid',
      message: `workspace "${file}": expected a folder, got a file; choose a folder`,
    });
  });

  it('refuses a database file that is none', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'workspace.db'), 'this is a text that is long enough to be no SQLite header at all. '.repeat(20));
    expect(errorOf(() => openWorkspace(folder)).code).toBe('file-not-readable');
  });

  it('brings a workspace of an earlier version up to date, keeping its rows', async () => {
    const { migrations } = await import('../../src-main/store/migrations/index.ts');
    const folder = temporaryFolder();
    const old = new Database(join(folder, 'workspace.db'));
    old.exec(migrations[0]!);
    old.pragma('user_version = 1');
    old.exec(`INSERT INTO datasets VALUES (1, 'films', 'movielens-csv', 0, 0, 0, 0, '', '', 0, 0, 0, '{}')`);
    old.close();
    const workspace = temporaryWorkspace(folder);
    expect(workspace.datasets.list().map((dataset) => dataset.name)).toEqual(['films']);
    expect(workspace.runs.list()).toEqual([]);
  });

  it('can be created and opened by several processes at the same moment', async () => {
    const folder = join(temporaryFolder(), 'shared');
    const keys = ['a', 'b', 'c', 'd', 'e'];
    expect(await Promise.all(keys.map((key) => exitCode(openRepeatedly, folder, key)))).toEqual([0, 0, 0, 0, 0]);
    expect(Object.keys(temporaryWorkspace(folder).settings.all())).toEqual(keys);
  }, 30_000);

  it('removes temporary folders of processes that are gone, and no others', async () => {
    const path = join(temporaryFolder(), 'workspace');
    const abandoned = join(path, 'temporary', `import-${await deadPid()}-Ab12Cd`);
    const inUse = join(path, 'temporary', `import-${process.pid}-Ab12Cd`);
    for (const folder of [abandoned, inUse]) mkdirSync(folder, { recursive: true });
    temporaryWorkspace(path);
    expect([existsSync(abandoned), existsSync(inUse)]).toEqual([false, true]);
  });
});

describe('transact', () => {
  it('writes nothing when the action fails half-way', () => {
    const { database, settings } = temporaryWorkspace();
    const failing = () =>
      transact(database, () => {
        settings.set({ theme: 'dark' });
        throw new Error('half-way');
      });
    expect(failing).toThrow('half-way');
    expect(settings.all()).toEqual({});
  });

  it('says that another program holds the workspace when it waited in vain', () => {
    const workspace = temporaryWorkspace();
    const other = new Database(workspace.databasePath);
    other.exec('BEGIN IMMEDIATE');
    workspace.database.pragma('busy_timeout = 1');
    expect(errorOf(() => workspace.settings.set({ theme: 'dark' })).code).toBe('workspace-locked');
    other.close();
  });
});

describe('settings', () => {
  it('are merged by key, of any JSON type, and removed by null', () => {
    const { settings } = temporaryWorkspace();
    settings.set({ theme: 'dark', sizes: [1, 2], open: { left: true } });
    settings.set({ theme: 'light', sizes: null });
    expect(settings.all()).toEqual({ theme: 'light', open: { left: true } });
    expect(settings.get('sizes')).toBeUndefined();
  });
});
