import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

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

  it('opens experiment files with the app, as one of several', async () => {
    expect((await read()).fileAssociations).toMatchObject([{ ext: ['experiment.jsonc', 'jsonc'], role: 'Editor', rank: 'Alternate' }]);
  });

  it('packs the two bundles and the licence, and neither sources nor tests', async () => {
    const { files } = (await read()) as unknown as { files: { filter: string[] }[] };
    const { FileMatcher } = loadFileMatcher();
    const filter = new FileMatcher(
      root,
      root,
      (pattern: string) => pattern,
      files.flatMap((set) => set.filter),
    ).createFilter();
    const isPacked = (path: string) => filter(join(root, path), { isDirectory: () => false });
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
