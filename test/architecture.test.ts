import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Who may import whom (ARCHITECTURE.md). Data flows downwards: a folder may import what its line names, and itself.
 * Names without a slash are npm packages or `node:`; folders are paths from the repository's root.
 */
const RULES: Record<string, { folders: string[]; packages: string[] | 'any' }> = {
  'src-shared': { folders: [], packages: ['zod'] },
  'src-main/engine': { folders: ['src-shared'], packages: 'any' },
  'src-main/model': { folders: ['src-shared', 'src-main/engine/engine.ts'], packages: ['@tensorflow/tfjs-core'] },
  'src-main/training': { folders: ['src-shared', 'src-main/engine/engine.ts', 'src-main/model'], packages: ['@tensorflow/tfjs-core'] },
  'src-main/store': { folders: ['src-shared', 'src-main/engine/engine.ts'], packages: 'any' },
  'src-main/data': { folders: ['src-shared', 'src-main/engine/engine.ts', 'src-main/store'], packages: 'any' },
  'src-main/text': { folders: ['src-shared', 'src-main/engine/engine.ts', 'src-main/model'], packages: 'any' },
  'src-main/pretrained': {
    folders: ['src-shared', 'src-main/engine/engine.ts', 'src-main/model', 'src-main/store', 'src-main/text'],
    packages: ['@huggingface/jinja'],
  },
  'src-main/evaluation': { folders: ['src-shared', 'src-main/engine/engine.ts', 'src-main/model', 'src-main/text'], packages: 'any' },
  'src-main/experiment': {
    folders: [
      'src-shared',
      'src-main/engine',
      'src-main/model',
      'src-main/training',
      'src-main/store',
      'src-main/data',
      'src-main/text',
      'src-main/evaluation',
      'src-main/pretrained',
      'package.json',
    ],
    packages: 'any',
  },
  'src-main/bench': { folders: ['src-shared', 'src-main', 'scripts/chromium.mjs'], packages: 'any' },
  'src-main/reproduction': { folders: ['src-shared', 'src-main/store', 'src-main/data', 'src-main/experiment'], packages: [] },
  'src-main/backend': {
    folders: [
      'src-shared',
      'src-main/engine',
      'src-main/store',
      'src-main/data',
      'src-main/text',
      'src-main/evaluation',
      'src-main/pretrained',
      'src-main/experiment',
      'src-main/reproduction',
    ],
    packages: 'any',
  },
  'src-main/hosts': { folders: ['src-shared', 'src-main'], packages: 'any' },
  'src-renderer': { folders: ['src-shared'], packages: 'any' },
};

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = /\.(ts|tsx|mts)$/;
/** Static and dynamic imports, re-exports, and workers' URLs. */
const IMPORT = /\b(?:from\s+|import\s+|import\(\s*)['"]([^'"\n]+)['"]/g;

interface Import {
  file: string;
  target: string;
  isPackage: boolean;
}

function importsUnder(folder: string): Import[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => SOURCE.test(name));
  return files.flatMap((name) => importsOf(join(folder, name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, target]) => {
    const isPackage = !target!.startsWith('.');
    return { file, isPackage, target: isPackage ? target! : relative(root, resolve(root, dirname(file), target!)) };
  });
}

const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

describe('imports', () => {
  it.each(Object.entries(RULES))('of %s go to what it may know', (folder, { folders, packages }) => {
    const wrong = importsUnder(folder).filter(({ target, isPackage }) => {
      if (!isPackage) return !within(target, folder) && !folders.some((allowed) => within(target, allowed));
      return packages !== 'any' && !target.startsWith('node:') && !packages.includes(target);
    });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('of electron stand in src-main/hosts/electron only', () => {
    const all = ['src-shared', 'src-main', 'src-renderer'].flatMap(importsUnder);
    const electron = all.filter(({ target, file }) => /^electron(\/|$)/.test(target) && !within(file, 'src-main/hosts/electron'));
    expect(electron.map(({ file }) => file)).toEqual([]);
  });

  it('of one renderer feature never reach into another', () => {
    const featureOf = (path: string) => /^src-renderer\/contrib\/([^/]+)\//.exec(path)?.[1];
    const crossing = importsUnder('src-renderer').filter(
      ({ file, target }) => featureOf(file) && featureOf(target) && featureOf(file) !== featureOf(target),
    );
    expect(crossing.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('of Monaco, Plotly and the table library stand in src-renderer/widgets only', () => {
    const heavy = /^(monaco-editor|plotly\.js|@tanstack\/)/;
    const outside = importsUnder('src-renderer').filter(({ file, target }) => heavy.test(target) && !within(file, 'src-renderer/widgets'));
    expect(outside.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });
});
