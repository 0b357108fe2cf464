import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const LICENCE_FILE = /^(licen[cs]e|copying)(\.(md|txt|mit|bsd))?$/i;

/** Paths in node_modules of what the application ships beside its page: every package that is needed when it runs. */
function runtimePackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const needed = Object.entries(packages).filter(
    ([path, entry]) => path.startsWith('node_modules/') && !entry.dev && !entry.devOptional && !entry.optional,
  );
  return needed.map(([path]) => path).filter((path) => existsSync(join(root, path)));
}

/** The package that a bundled module belongs to: "node_modules/@scope/name", nested ones included. Null for the workbench's own. */
export function packageOfModule(id) {
  const at = id.replaceAll('\\', '/').lastIndexOf('node_modules/');
  if (at < 0) return null;
  const rest = id.slice(at + 'node_modules/'.length).split('/');
  const name = rest[0].startsWith('@') ? `${rest[0]}/${rest[1]}` : rest[0];
  const start = id.replaceAll('\\', '/').indexOf('node_modules/');
  return id.slice(start, at + 'node_modules/'.length) + name;
}

function describe(path) {
  const folder = join(root, path);
  const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => LICENCE_FILE.test(each));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
  return { name, version, licence: licenceName(license ?? licenses, text), text };
}

function licenceName(stated, text) {
  if (typeof stated === 'string') return stated;
  if (stated?.type) return stated.type;
  if (Array.isArray(stated)) return stated.map((each) => each.type ?? each).join(' OR ');
  return text === '' ? 'not stated' : text.split('\n')[0].trim();
}

/** Name, version, licence and its text of every package in the bundle of these modules or beside it, by name. */
export function shippedPackages(moduleIds) {
  const paths = new Set([...runtimePackages(), ...[...moduleIds].map(packageOfModule).filter((path) => path !== null)]);
  const described = [...paths].filter((path) => existsSync(join(root, path, 'package.json'))).map(describe);
  const byId = new Map(described.map((each) => [`${each.name}@${each.version}`, each]));
  return [...byId.values()].sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version));
}
