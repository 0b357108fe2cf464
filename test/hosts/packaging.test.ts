import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildMainBundle } from './electronDouble/workbenchInDouble.ts';

const root = resolve(import.meta.dirname, '../..');

interface Builder {
  getConfig(projectFolder: string, file: string, overrides: null): Promise<Record<string, unknown>>;
  validateConfiguration(config: Record<string, unknown>, log: unknown): Promise<void>;
}

/** What electron-builder itself does with a configuration before it packs anything. */
function loadBuilder(): { builder: Builder; log: unknown } {
  const fromRoot = createRequire(join(root, 'package.json'));
  const fromBuilder = createRequire(fromRoot.resolve('electron-builder'));
  const builder = fromBuilder('app-builder-lib/out/util/config/config') as Builder;
  const { DebugLogger } = fromBuilder('builder-util') as { DebugLogger: new () => unknown };
  return { builder, log: new DebugLogger() };
}

interface FileMatcherClass {
  new (
    from: string,
    to: string,
    expand: (pattern: string) => string,
    patterns: string[],
  ): {
    createFilter(): (path: string, stat: { isDirectory(): boolean }) => boolean;
  };
}

function loadFileMatcher(): { FileMatcher: FileMatcherClass } {
  const fromBuilder = createRequire(createRequire(join(root, 'package.json')).resolve('electron-builder'));
  return fromBuilder('app-builder-lib/out/fileMatcher') as { FileMatcher: FileMatcherClass };
}

/** Whether electron-builder would take a path of the project, given patterns as they stand in the configuration. */
function matcherOf(patterns: string[]): (path: string) => boolean {
  const { FileMatcher } = loadFileMatcher();
  const filter = new FileMatcher(root, root, (pattern: string) => pattern, patterns).createFilter();
  return (path) => filter(join(root, path), { isDirectory: () => false });
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** First bytes of programs and libraries: ELF, PE, and Mach-O in its three forms. */
const NATIVE = ['7f454c46', '4d5a', 'cffaedfe', 'cefaedfe', 'cafebabe'];

function isNative(path: string): boolean {
  const start = Buffer.alloc(4);
  const file = openSync(join(root, path), 'r');
  readSync(file, start);
  closeSync(file);
  return NATIVE.some((magic) => start.toString('hex').startsWith(magic));
}

// The schema is large; compiling it takes its time on a busy machine.
describe('the packaging configuration', { timeout: 120_000 }, () => {
  const { builder, log } = loadBuilder();
  const read = () => builder.getConfig(root, 'electron-builder.yml', null);

  it('is one that electron-builder takes', async () => {
    await builder.validateConfiguration(await read(), log);
    await expect(builder.validateConfiguration({ ...(await read()), asarUnpacked: [] }, log)).rejects.toThrow('asarUnpacked');
  });

  it('closes every way to run other code in the app', async () => {
    expect((await read()).electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('keeps native libraries outside the archive and rebuilds none', async () => {
    const { asarUnpack, npmRebuild } = await read();
    expect(asarUnpack).toEqual(['**/*.node', '**/*.so*', '**/*.dll', '**/*.dylib']);
    expect(npmRebuild).toBe(false);
  });

  it('names every kind of native library that the packages bring', async () => {
    const { asarUnpack } = (await read()) as { asarUnpack: string[] };
    const packages = ['onnxruntime-node', 'better-sqlite3', '@duckdb'].map((name) => `node_modules/${name}`);
    const natives = packages.flatMap(filesBelow).filter(isNative);
    expect(natives.length).toBeGreaterThanOrEqual(4);
    expect(natives.filter((path) => !matcherOf(asarUnpack)(path))).toEqual([]);
  });

  it('opens experiment files with the app, as one of several', async () => {
    expect((await read()).fileAssociations).toMatchObject([{ ext: ['experiment.jsonc', 'jsonc'], role: 'Editor', rank: 'Alternate' }]);
  });

  it('packs the two bundles and the licence, and neither sources nor tests', async () => {
    const { files } = (await read()) as unknown as { files: { filter: string[] }[] };
    const isPacked = matcherOf(files.flatMap((set) => set.filter));
    const packed = ['dist/main/main.js', 'dist/renderer/index.html', 'dist/renderer/licences.json', 'package.json', 'LICENSE'];
    const left = [
      'src-main/hosts/electron/main.ts',
      'test/architecture.test.ts',
      'dist/renderer/index.js.map',
      'docs/benchmarks.md',
      '.git/HEAD',
    ];
    expect(packed.filter((path) => !isPacked(path))).toEqual([]);
    expect(left.filter(isPacked)).toEqual([]);
  });

  it('has an icon that is large enough for every system', () => {
    const png = readFileSync(join(root, 'assets', 'icon.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(512);
  });
});

/** What one file of the bundle asks for by a relative path: chunks it imports, programs it starts beside itself. */
function neighboursOf(text: string): string[] {
  const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.\/[^"']+)["']/g)].map(([, path]) => path!);
  const threads = [...text.matchAll(/programBeside\(import\.meta, ["'](\w+)["']\)/g)].map(([, name]) => `./${name}.js`);
  return [...imported, ...threads];
}

describe('the bundle of the Electron side', { timeout: 120_000 }, () => {
  const outDir = join(root, 'dist', 'test-archive');
  beforeAll(() => buildMainBundle(outDir));
  afterAll(() => rmSync(outDir, { recursive: true, force: true }));

  it('holds every program that is started, all of them packed', async () => {
    const { files } = (await loadBuilder().builder.getConfig(root, 'electron-builder.yml', null)) as unknown as {
      files: { filter: string[] }[];
    };
    const isPacked = matcherOf(files.flatMap((set) => set.filter));
    const names = readdirSync(outDir);
    const programs = [
      'main',
      'backendHost',
      'importEntry',
      'packThread',
      'ratingsThread',
      'experimentEntry',
      'generateEntry',
      'probeEntry',
    ];
    expect(names).toEqual(expect.arrayContaining([...programs.map((name) => `${name}.js`), 'preload.cjs']));
    expect(names.filter((name) => !isPacked(`dist/main/${name}`))).toEqual([]);
  });

  it('finds chunks and threads beside the file that asks for them', () => {
    const asked = readdirSync(outDir).flatMap((name) => {
      const path = join(outDir, name);
      return neighboursOf(readFileSync(path, 'utf8')).map((neighbour) => resolve(dirname(path), neighbour));
    });
    expect(asked).toEqual(expect.arrayContaining(['packThread.js', 'ratingsThread.js'].map((name) => join(outDir, name))));
    const present = new Set(readdirSync(outDir).map((name) => join(outDir, name)));
    expect(asked.filter((path) => !present.has(path))).toEqual([]);
  });
});
