import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFolder } from '../../src-main/backend/fileBrowser.ts';
import { errorOf, temporaryFolder } from '../store/temporaryWorkspace.ts';

describe('listing a folder', () => {
  it('shows folders before files, and neither hidden ones nor links to nothing', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'b-folder'));
    mkdirSync(join(folder, 'a-folder'));
    writeFileSync(join(folder, 'a.csv'), '12345');
    writeFileSync(join(folder, '.hidden'), '');
    symlinkSync(join(folder, 'gone'), join(folder, 'broken'));
    const { entries, parent } = listFolder(folder);
    expect(entries.map(({ name, folder: isFolder, sizeBytes }) => [name, isFolder, sizeBytes])).toEqual([
      ['a-folder', true, 0],
      ['b-folder', true, 0],
      ['a.csv', false, 5],
    ]);
    expect(parent).toBe(join(folder, '..'));
  });

  it('begins at the home folder', () => {
    expect(listFolder('').path).toBe(homedir());
    expect(listFolder('~').path).toBe(homedir());
  });

  it('says what is wrong with a path', () => {
    const file = join(temporaryFolder(), 'a.csv');
    writeFileSync(file, '');
    expect(errorOf(() => listFolder(file)).message).toBe(`files: expected a folder, got the file "${file}"`);
    expect(errorOf(() => listFolder(`${file}-gone`)).code).toBe('file-not-found');
  });
});
