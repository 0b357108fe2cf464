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

  it('are not replaced when they are not what the writer has read', () => {
    const { files } = createFiles();
    const { path } = files.create('films', 'one');
    files.write(path, 'two', 'one');
    expect(errorOf(() => files.write(path, 'three', 'one'))).toEqual({
      code: 'file-changed',
      message: 'experiments: expected "films.experiment.jsonc" as it was when it was read, got another text; read it again, then save',
    });
    expect(files.read(path).text).toBe('two');
    files.write(path, 'two', 'one');
    files.delete(path);
    files.write(path, 'three', 'two');
    expect(files.read(path).text).toBe('three');
  });

  it('are numbered when a name is taken', () => {
    const { files } = createFiles();
    expect([1, 2, 3].map(() => files.create('films', '{}').name)).toEqual(['films', 'films-2', 'films-3']);
  });

  it('from elsewhere are taken in as copies, those of the folder as they are', () => {
    const { files, workspace } = createFiles();
    const outside = join(workspace, 'mine.experiment.jsonc');
    writeFileSync(outside, '{ "dataset": "films" }');
    const copy = files.add(outside);
    expect(files.read(copy.path)).toMatchObject({
      path: join(workspace, 'experiments', 'mine.experiment.jsonc'),
      text: '{ "dataset": "films" }',
    });
    expect(files.add(outside).name).toBe('mine-2');
    expect(files.add(copy.path)).toEqual(copy);
    writeFileSync(join(workspace, 'notes.txt'), 'x');
    expect(errorOf(() => files.add(join(workspace, 'notes.txt'))).code).toBe('input-invalid');
    expect(errorOf(() => files.add(join(workspace, 'none.experiment.jsonc'))).code).toBe('file-not-found');
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
