import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageScript, pinnedNode, root } from './paths.mjs';
import { run, say } from './run.mjs';

const bundles = {
  renderer: {
    title: 'the workbench',
    configs: ['vite.config.ts'],
    output: 'dist/renderer',
    sources: ['src-renderer', 'src-shared', 'assets', 'vite.config.ts', 'package-lock.json', 'scripts/bundle.mjs'],
  },
  main: {
    title: 'the Electron side',
    configs: ['src-main/hosts/electron/vite.config.ts', 'src-main/hosts/electron/vite.preload.config.ts'],
    output: 'dist/main',
    sources: ['src-main', 'src-shared', 'package.json', 'package-lock.json'],
  },
};

/** Builds a bundle unless the one on disk was made from the same sources; resolves to whether it is there. */
export async function ensureBundle(name, { force = false } = {}) {
  const { title, configs, output, sources } = bundles[name];
  const stamp = join(root, output, '.source-hash');
  const hash = hashSources(sources);
  if (!force && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true;
  say(`Building ${title} (${output}).`);
  for (const config of configs) {
    // What is built for tests is what is shipped: a test runner's NODE_ENV would put React's development build into it.
    const env = { NODE_ENV: 'production' };
    const code = await run(pinnedNode, [packageScript('vite'), 'build', '--config', config, '--logLevel', 'warn'], { env });
    if (code !== 0) return false;
  }
  mkdirSync(join(root, output), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}

function hashSources(sources) {
  const hash = createHash('sha256');
  for (const source of sources) for (const file of filesBelow(join(root, source))) addFile(hash, file);
  return hash.digest('hex');
}

function addFile(hash, file) {
  const content = readFileSync(file);
  hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
}

function filesBelow(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return [];
  if (found.isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
