import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { type Database, openDatabase } from './database.ts';
import { DatasetStore } from './datasetStore.ts';
import { EmbeddingCache } from './embeddingCache.ts';
import { ModelStore } from './modelStore.ts';
import { RunStore } from './runStore.ts';
import { SettingsStore } from './settingsStore.ts';
import { removeAbandonedFolders } from './temporary.ts';

/** A folder with everything a person made: `workspace.db`, `blobs/` (checkpoints), `temporary/`. */
export interface Workspace {
  readonly path: string;
  readonly database: Database;
  readonly databasePath: string;
  readonly blobsPath: string;
  /** For files that an import or a job needs while it runs; what killed processes left is removed when a workspace opens. */
  readonly temporaryPath: string;
  readonly datasets: DatasetStore;
  readonly runs: RunStore;
  readonly models: ModelStore;
  readonly embeddings: EmbeddingCache;
  readonly settings: SettingsStore;
  close(): void;
}

/**
 * Opens a workspace, creating it where there is none. Several processes may hold the same one open.
 * @throws AppError `workspace-too-new`, `workspace-locked`, `file-not-readable`, `disk-full`, `input-invalid` (not a folder)
 */
export function openWorkspace(path: string): Workspace {
  const folder = resolve(path);
  const blobsPath = join(folder, 'blobs');
  const temporaryPath = join(folder, 'temporary');
  const databasePath = join(folder, 'workspace.db');
  createFolders(folder, [blobsPath, temporaryPath]);
  const database = openDatabase(databasePath);
  removeAbandonedFolders(temporaryPath);
  return {
    path: folder,
    database,
    databasePath,
    blobsPath,
    temporaryPath,
    datasets: new DatasetStore(database),
    runs: new RunStore(database, blobsPath),
    models: new ModelStore(database),
    embeddings: new EmbeddingCache(database),
    settings: new SettingsStore(database),
    close: () => database.close(),
  };
}

function createFolders(folder: string, inside: string[]): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new AppError('input-invalid', `workspace "${folder}": expected a folder, got a file; choose a folder`);
  }
  try {
    for (const path of [folder, ...inside]) mkdirSync(path, { recursive: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOSPC' ? 'the disk is full' : message;
    throw new AppError(
      code === 'ENOSPC' ? 'disk-full' : 'file-not-readable',
      `workspace "${folder}": the folder cannot be created (${reason}); choose another place`,
      undefined,
      { cause: error },
    );
  }
}
