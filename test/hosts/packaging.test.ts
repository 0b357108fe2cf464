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
});
