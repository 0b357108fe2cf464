import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from './paths.mjs';
import { fail, run, say } from './run.mjs';

const modules = join(root, 'node_modules');
const stamp = join(modules, '.userllm-lock-hash');
const lockFile = join(root, 'package-lock.json');

/** Installs what the lock file names when it is not installed yet; a second call finds the stamp and does nothing. */
export async function ensureInstalled() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (!isInstalled(hash)) await install();
  if (!existsSync(pinnedNode)) await npm(['rebuild', 'node']);
  if (!existsSync(pinnedNode)) {
    fail('The pinned Node is missing (its install script did not run). Run `npm rebuild node`, then try again.');
  }
  writeFileSync(stamp, `${hash}\n`);
  linkCommand();
}

function isInstalled(hash) {
  if (!existsSync(modules)) return false;
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8').trim() === hash;
  return installedByHand();
}

/** Somebody ran `npm ci` or `npm install`: npm's own record then lists the same versions as the lock file. */
function installedByHand() {
  const record = join(modules, '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version);
}

async function install() {
  say(existsSync(modules) ? 'The lock file has changed: installing the packages it names.' : 'Installing the packages of the lock file.');
  say('This takes about a minute, needs about 1 GB of disk, and happens only once.');
  // Engine warnings about the Node on PATH would only confuse: the project runs on the one that is being installed.
  const code = await npm(['ci', '--loglevel=error']);
  if (code !== 0) fail(`npm ci ended with code ${code}; mend what it says above, then try again.`);
}

/** npm's own script where npm started us, `npm` from PATH otherwise. CUDA libraries of onnxruntime are an opt-in, never fetched here. */
function npm(args) {
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args], { env });
  return run('npm', args, { env, shell: process.platform === 'win32' });
}

/** npm links the commands of dependencies only; this makes `npx userllm` work in the project itself. */
function linkCommand() {
  const folder = join(modules, '.bin');
  const target = join(root, 'bin', 'userllm.mjs');
  mkdirSync(folder, { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(join(folder, 'userllm.cmd'), `@node "%~dp0\\..\\..\\bin\\userllm.mjs" %*\r\n`);
    return;
  }
  chmodSync(target, 0o755);
  const link = join(folder, 'userllm');
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link);
  symlinkSync('../../bin/userllm.mjs', link);
}
