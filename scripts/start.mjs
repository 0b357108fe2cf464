/**
 * The one door to the project: `demo | workbench | test | check | build | pack | screenshots`.
 * Runs on any Node from 20 on with nothing installed: installs what the lock file names, then goes on under the pinned Node.
 */
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { electronBinary, hasDisplay, packageScript, pinnedNode, root } from './paths.mjs';
import { fail, run, runOrExit, say } from './run.mjs';

const OLDEST_NODE = 20;

const commands = {
  async demo(args) {
    const { workspace, rest } = takeWorkspace(args, join(root, 'demo-workspace'));
    const opens = !rest.includes('--no-open');
    const demoArgs = ['--workspace', workspace, ...rest.filter((arg) => arg !== '--no-open')];
    const code = await run(pinnedNode, ['src-main/hosts/cli/demo.ts', ...demoArgs]);
    return code === 0 && opens ? commands.workbench(['--workspace', workspace]) : code;
  },
  /** In Electron where its binary and a display exist, else served. */
  async workbench(args) {
    const { workspace, rest } = takeWorkspace(args, null);
    await buildOrFail('renderer');
    const binary = electronBinary();
    if (binary && hasDisplay()) {
      const code = await openElectron(binary, workspace);
      if (code === 0) return 0;
      say(`Electron ended with code ${code}; serving the workbench instead.`);
    } else if (hasDisplay()) {
      say('The Electron binary is not installed (`npx install-electron --no` fetches it): serving the workbench instead.');
    }
    return run(pinnedNode, ['bin/userllm.mjs', 'serve', ...(workspace ? ['--workspace', workspace] : []), ...rest]);
  },
  async test(args) {
    const { test } = await import('./test.mjs');
    return test(args);
  },
  async check() {
    const { check } = await import('./test.mjs');
    const failed = await check();
    say(failed.length > 0 ? `Failed: ${failed.join(', ')}.` : 'All checks passed.');
    return failed.length > 0 ? 1 : 0;
  },
  async build() {
    await buildOrFail('renderer', { force: true });
    await buildOrFail('main', { force: true });
    return 0;
  },
  async screenshots(args) {
    const { takeScreenshots } = await import('./screenshots.mjs');
    return takeScreenshots(args);
  },
  async pack(args) {
    await commands.build();
    await runOrExit(pinnedNode, [packageScript('electron-builder'), '--config', 'electron-builder.yml', '--publish', 'never', ...args]);
    return 0;
  },
};

/** `--workspace <folder>` as a full path, and the other arguments. */
function takeWorkspace(args, fallback) {
  const at = args.indexOf('--workspace');
  if (at < 0) return { workspace: fallback, rest: args };
  const folder = args[at + 1];
  if (folder === undefined) fail('start: expected a folder after --workspace');
  return { workspace: resolve(folder), rest: args.toSpliced(at, 2) };
}

async function openElectron(binary, workspace) {
  await buildOrFail('main');
  // Chromium's sandbox refuses to run as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return run(binary, [root, ...sandbox, ...(workspace ? [`--workspace=${workspace}`] : [])]);
}

async function buildOrFail(name, options) {
  const { ensureBundle } = await import('./bundle.mjs');
  if (!(await ensureBundle(name, options))) fail('The build failed; see above.');
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  if (!Object.hasOwn(commands, name)) {
    say(`start: expected one of ${Object.keys(commands).join(', ')}, got "${name}"`);
    process.exit(2);
  }
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    fail(`Node ${OLDEST_NODE} or newer is needed to set the project up; this is ${process.version}.`);
  }
  await ensureInstalled();
  if (!runsOnPinnedNode()) process.exit(await run(pinnedNode, [fileURLToPath(import.meta.url), name, ...args]));
  process.exit(await commands[name](args));
}

function runsOnPinnedNode() {
  return existsSync(pinnedNode) && realpathSync(process.execPath) === realpathSync(pinnedNode);
}

await main();
