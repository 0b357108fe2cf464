import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** npm packages that bind tfjs to libtensorflow, in the order in which they are tried. */
export const TFJS_NODE_PACKAGES: readonly string[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

export interface TfjsNodePackage {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** The first of `names` that is installed, or null. */
export function findTfjsNodePackage(names: readonly string[] = TFJS_NODE_PACKAGES): TfjsNodePackage | null {
  const { resolve } = createRequire(import.meta.url);
  for (const name of names) {
    try {
      const path = resolve(`${name}/package.json`);
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      return { name, version, folder: dirname(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return null;
}

/** `require` as that package sees it. */
export function requireFrom({ folder }: TfjsNodePackage): NodeJS.Require {
  return createRequire(join(folder, 'package.json'));
}
