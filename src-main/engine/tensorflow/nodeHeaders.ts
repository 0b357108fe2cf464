import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A folder with Node's `node_api.h`, or null. Node-API is the same in every version, so headers of another Node serve as well.
 * Looked for: beside the running Node, in the npm package `node`, npm's `nodedir`, the system's folders, node-gyp's cache.
 */
export function findNodeHeaders(): string | null {
  return candidateFolders().find((folder) => existsSync(join(folder, 'node_api.h'))) ?? null;
}

function candidateFolders(): string[] {
  const nodeFolder = dirname(dirname(realpathSync(process.execPath)));
  const platformPackage = `node-${process.platform}-${process.arch}`;
  const roots = [
    nodeFolder,
    join(nodeFolder, 'node_modules', platformPackage),
    join(nodeFolder, '..', platformPackage),
    ...(process.env.npm_config_nodedir ? [process.env.npm_config_nodedir] : []),
    '/usr',
    '/usr/local',
    ...nodeGypRoots(),
  ];
  return roots.map((root) => join(root, 'include', 'node'));
}

function nodeGypRoots(): string[] {
  const caches = [process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), join(homedir(), 'Library', 'Caches')];
  const folders = caches.map((cache) => join(cache, 'node-gyp')).filter((folder) => existsSync(folder));
  return folders.flatMap((folder) => readdirSync(folder).map((version) => join(folder, version)));
}
