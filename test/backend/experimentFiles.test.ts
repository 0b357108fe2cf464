import { existsSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExperimentFiles } from '../../src-main/backend/experimentFiles.ts';
import { errorOf, temporaryFolder } from '../store/temporaryWorkspace.ts';

function createFiles() {
  const workspace = realpathSync(temporaryFolder());
  return { workspace, folder: join(workspace, 'experiments'), files: new ExperimentFiles(workspace) };
}

describe('experiment files', () => {
  it('are created, read, changed and deleted', () => {
    const { files, folder } = createFiles();
    const file = files.create('films cross-attention', '{}');
    expect(file).toMatchObject({ name: 'films-cross-attention', path: join(folder, 'films-cross-attention.experiment.jsonc') });
    files.write(file.path, '{ "dataset": "films" }');
    expect(files.read(file.path).text).toBe('{ "dataset": "films" }');
    expect(files.list().map(({ name }) => name)).toEqual(['films-cross-attention']);
    expect(readdirSync(folder)).toHaveLength(1);
    files.delete(file.path);
    expect(files.list()).toEqual([]);
    expect(errorOf(() => files.read(file.path)).code).toBe('file-not-found');
  });

  it('are numbered when a name is taken', () => {
    const { files } = createFiles();
    expect([1, 2, 3].map(() => files.create('films', '{}').name)).toEqual(['films', 'films-2', 'films-3']);
  });

  it('lie in the workspace and nowhere else', () => {
    const { files, workspace, folder } = createFiles();
    const secret = join(workspace, 'secret.experiment.jsonc');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(folder, 'link.experiment.jsonc'));
    for (const path of [
      secret,
      '../secret.experiment.jsonc',
      'link.experiment.jsonc',
      'notes.txt',
      '.experiment.jsonc',
      'a/b.experiment.jsonc',
    ]) {
      expect(errorOf(() => files.read(path)).code, path).toBe('input-invalid');
      expect(errorOf(() => files.write(path, 'overwritten')).code, path).toBe('input-invalid');
      expect(errorOf(() => files.delete(path)).code, path).toBe('input-invalid');
    }
    expect(existsSync(secret)).toBe(true);
  });
});
