import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, say } from './run.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium that the tests of the workbench drive: USERLLM_CHROMIUM, or one on PATH; null when there is none. */
export function findChromium() {
  if (process.env.USERLLM_CHROMIUM) return process.env.USERLLM_CHROMIUM;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) if (isExecutable(join(folder, name))) return join(folder, name);
  }
  return null;
}

/**
 * Installs Debian's Chromium where it is absent and we may. The package also carries the software Vulkan driver
 * (SwiftShader) on which the tests of the webgpu provider run.
 */
export async function ensureChromium() {
  if (findChromium()) return;
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!mayInstall) {
    say('No Chromium found: the tests in a browser will fail. Install it (Debian, Ubuntu: sudo apt-get install chromium),');
    say('or set USERLLM_CHROMIUM to the executable of a Chromium or Chrome.');
    return;
  }
  say('Installing Chromium from the packages of this system, for the tests in a browser.');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  const code = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  if (code !== 0) say(`apt-get ended with code ${code}: the tests in a browser will fail.`);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
