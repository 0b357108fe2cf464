import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../../src-shared/errors.ts';
import { type LinkRecord, linkFolder, writeLinkRecord } from './linkRecord.ts';
import { findNodeHeaders } from './nodeHeaders.ts';
import { findTfjsNodePackage, TFJS_NODE_PACKAGES, type TfjsNodePackage } from './tfjsNodePackage.ts';

const run = promisify(execFile);
const ASK_PYTHON = `python3 -c "import os, tensorflow; print(os.path.dirname(tensorflow.__file__))"`;
const LIBRARIES = ['libtensorflow_cc', 'libtensorflow_framework'];
const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];
const COMPILERS = ['c++', 'g++', 'clang++'];

/**
 * Compiles the binding of @tensorflow/tfjs-node-gpu (or tfjs-node), unchanged, against a pip-installed TensorFlow, and records it for
 * the loader. This reaches the CUDA version of that TensorFlow. Writes to the user's cache folder only.
 * @param folder of the Python package `tensorflow`, or the site-packages or virtual environment that holds it.
 * @throws AppError `file-not-found` when no TensorFlow is there; `engine-unavailable` when the npm package, Node's headers or a compiler
 *   is missing, or compiling or loading fails.
 */
export async function linkTensorflow(folder: string): Promise<LinkRecord> {
  const tensorflowFolder = findTensorflowFolder(folder);
  const libraries = LIBRARIES.map((stem) => findLibrary(stem, tensorflowFolder));
  const source = requirePackage();
  const binding = bindingPath(tensorflowFolder, source);
  const fresh = `${binding}.${process.pid}.node`;
  try {
    await compile(requireCompiler(), [...sourceArguments(source, tensorflowFolder), '-o', fresh, ...libraryArguments(libraries)]);
    const tensorflowVersion = await askVersion(fresh);
    renameSync(fresh, binding);
    const record = { binding, tensorflowFolder, tensorflowVersion, packageName: source.name, packageVersion: source.version };
    writeLinkRecord(record);
    return record;
  } finally {
    rmSync(fresh, { force: true });
  }
}

function findTensorflowFolder(folder: string): string {
  const isTensorflow = (path: string) => existsSync(join(path, 'include', 'tensorflow', 'c', 'c_api.h'));
  const candidates = [folder, join(folder, 'tensorflow'), ...sitePackages(folder).map((path) => join(path, 'tensorflow'))];
  const found = candidates.find(isTensorflow);
  if (found !== undefined) return realpathSync(found);
  const wanted = 'the folder of a pip-installed tensorflow (with include/tensorflow/c/c_api.h)';
  throw new AppError('file-not-found', `linkTensorflow: expected ${wanted}, got ${folder}; find it with: ${ASK_PYTHON}`);
}

function sitePackages(environment: string): string[] {
  const library = join(environment, 'lib');
  if (!existsSync(library)) return [];
  const versions = readdirSync(library).filter((name) => name.startsWith('python'));
  return versions.map((name) => join(library, name, 'site-packages'));
}

function requirePackage(): TfjsNodePackage {
  const found = findTfjsNodePackage();
  if (found !== null) return found;
  const names = TFJS_NODE_PACKAGES.join(' or ');
  throw unavailable(
    `expected ${names} for its binding sources, got neither; do: npm install --ignore-scripts --no-save ${TFJS_NODE_PACKAGES[0]}`,
  );
}

function requireHeaders(): string {
  const headers = findNodeHeaders();
  if (headers !== null) return headers;
  throw unavailable("expected Node's headers (node_api.h), got none; do: npx node-gyp install, or install libnode-dev");
}

function requireCompiler(): string {
  const names = process.env.CXX ? [process.env.CXX] : COMPILERS;
  const found = names.map(findExecutable).find((path) => path !== null);
  if (found) return found;
  throw unavailable(`expected a C++ compiler (${names.join(', ')}), got none; install g++ or set CXX`);
}

function findExecutable(name: string): string | null {
  const folders = name.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => (folder ? join(folder, name) : name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// One file per pair of TensorFlow and package: linking again never overwrites a binding that another process has loaded for another pair.
function bindingPath(tensorflowFolder: string, { name, version }: TfjsNodePackage): string {
  const key = createHash('sha256')
    .update(JSON.stringify([tensorflowFolder, name, version]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(linkFolder(), key);
  mkdirSync(folder, { recursive: true });
  return join(folder, 'tfjs_binding.node');
}

function sourceArguments(source: TfjsNodePackage, tensorflowFolder: string): string[] {
  const flags = ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8'];
  const includes = [`-I${requireHeaders()}`, `-I${join(tensorflowFolder, 'include')}`];
  return [...flags, ...includes, ...SOURCES.map((name) => join(source.folder, 'binding', name))];
}

function libraryArguments(libraries: string[]): string[] {
  const unresolved = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  return [...libraries, `-Wl,-rpath,${dirname(libraries[0]!)}`, ...unresolved];
}

function findLibrary(stem: string, folder: string): string {
  const pattern = process.platform === 'darwin' ? /^\.(\d+\.)*dylib$/ : /^\.so(\.\d+)*$/;
  const found = readdirSync(folder).find((name) => name.startsWith(stem) && pattern.test(name.slice(stem.length)));
  if (found !== undefined) return join(folder, found);
  throw new AppError('file-not-found', `linkTensorflow: expected ${stem} in ${folder}, got none; wheels for Windows do not carry it`);
}

async function compile(compiler: string, options: string[]): Promise<void> {
  try {
    await run(compiler, options, { maxBuffer: 1 << 24 });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const lines = stderr.split('\n').filter((line) => /error|undefined|cannot find/i.test(line));
    const first = lines.slice(0, 5).join('\n') || String(error);
    throw unavailable(`${compiler} could not compile the binding:\n${first}`, { command: [compiler, ...options].join(' ') }, error);
  }
}

/** Loads the fresh binding in a process of its own: a library that crashes takes only that with it. */
async function askVersion(binding: string): Promise<string> {
  const environment = { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' };
  try {
    const { stdout } = await run(process.execPath, ['-p', 'require(process.argv[1]).TF_Version', binding], { env: environment });
    return stdout.trim();
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const reason = stderr?.split('\n').find((line) => line.includes('Error')) ?? message;
    throw unavailable(`the compiled binding does not load: ${reason.trim()}`, undefined, error);
  }
}

function unavailable(reason: string, details?: Record<string, unknown>, cause?: unknown): AppError {
  return new AppError('engine-unavailable', `linkTensorflow: ${reason}`, details, { cause });
}
